//! Each check of lesson 4's server and a mistake that fails it, with the message meant
//! for it.

use grade::proof::Wrong;
use grade::{Lesson, Problem, Server, SharedFolder};

use crate::file_server::serve;
use crate::proof::{fails_only_the_byte_order, prove};

const WRONG: &[Wrong<&str>] = &[
    ("lists folders", "transfer.list", "It is no file of that folder"),
    ("forgets a file", "transfer.list", "is missing"),
    ("spins", "transfer.close", "accept the next one"),
    ("digest of the name", "transfer.get", "compute it over all of its bytes"),
    ("sends an array", "transfer.get", "has to be a JSON object"),
    ("never replies", "transfer.get", "No reply came"),
    ("empty is missing", "empty-file", "0 bytes follow"),
    ("one write", "large", "sent to its end"),
    ("splits at spaces", "transfer.names", "The server shares this file"),
    ("knows ASCII only", "transfer.names", "The server shares this file"),
    ("writes JSON by hand", "missing", "a quote in a name is escaped"),
    ("offset in the header only", "offset", "The bytes start at"),
    ("one read for the length", "transfer.cut", "less than you asked"),
    ("one read for the payload", "transfer.cut", "less than you asked"),
    ("one read for a frame", "five", "is the next request"),
    ("8096 is the most", "longest", "may have 65536 bytes"),
    ("looks for text", "json", "with a JSON library"),
    ("never closes", "goodbye", "that is a goodbye"),
    ("zero is a length", "empty-frame", "has 1 byte at least"),
    ("any error is the end", "no-request", "The client after that"),
    ("any error is the end", "half-frame", "what is missing will never"),
    ("any error is the end", "leaves", "A write can fail"),
    ("a folder is empty", "no-files", "A folder is no file"),
    ("serves ten at most", "thirty-clients", "and came before"),
    ("knows all fields", "more-fields", "called color"),
    ("follows links", "transfer.link", "look where a name leads"),
    ("waits at an odd name", "odd-names", "takes this name"),
    ("the unknown is silence", "unknown", "says what was wrong"),
    ("closes at once", "told-why", "resets the connection"),
    ("drops what does not fit", "late-reader", "sendall, not send"),
    ("throws out the silent", "silent-client", "no reason to leave it"),
    ("one buffer", "half-way", "a buffer for each"),
    ("lowest byte first", "byte-order", "lowest byte first"),
    ("empties the folder", "transfer.list", "only reads what it shares"),
];

#[test]
fn wrong_servers_are_caught_and_a_right_one_passes() {
    let all = SharedFolder::new(7).unwrap();
    prove(Lesson::FileTransfer.checks(), WRONG, move |m, exam, check| {
        let own = m == "empties the folder";
        let own = own.then(|| SharedFolder::new(8).unwrap());
        let server = serve(own.as_ref().unwrap_or(&all), m);
        server.patience(exam.patience).check(check)
    });
}

#[test]
fn a_server_that_closes_after_an_odd_name_passes() {
    let folder = SharedFolder::new(7).unwrap();
    let addr = serve(&folder, "closes after an odd name").addr;
    grade::assert_passes(Lesson::FileTransfer.checks(), move |check| {
        Server::at(addr).sharing(&folder).check(check)
    });
}

#[test]
fn the_other_byte_order_costs_one_check() {
    let folder = SharedFolder::new(7).unwrap();
    let mut server = serve(&folder, "lowest byte first");
    let checks = Lesson::FileTransfer.checks();
    fails_only_the_byte_order(checks, |check| server.check(check));
}

#[test]
fn without_a_folder_the_files_are_learnt_from_the_list() {
    let folder = SharedFolder::new(8).unwrap();
    let addr = serve(&folder, "").addr;
    grade::assert_passes(Lesson::FileTransfer.checks(), move |check| {
        Server::at(addr).check(check)
    });
    // Nobody knows of a link there.
    let checks = Lesson::FileTransfer.checks().iter();
    let mut link = checks.filter(|check| check.is_named("a link that leads"));
    let verdict = Server::at(addr).check(link.next().unwrap());
    assert!(matches!(verdict, Err(Problem::Skipped(_))), "{verdict:?}");
}
