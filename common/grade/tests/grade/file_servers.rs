//! Each check of lesson 4's server and a mistake that fails it, with the message meant
//! for it.

use std::time::Duration;

use grade::proof::Wrong;
use grade::{Lesson, Problem, Server, SharedFolder, serving};

use crate::file_server::serve;
use crate::proof::prove;

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
    ("closes after an error", "missing", "the connection goes on"),
    ("offset in the header only", "offset", "The bytes start at"),
    ("one read for the length", "one-byte", "less than you asked"),
    ("one read for the length", "transfer.cut", "less than you asked"),
    ("one read for the payload", "transfer.cut", "less than you asked"),
    ("one read for a frame", "five", "is the next request"),
    ("8096 is the most", "longest", "may have 65536 bytes"),
    ("looks for text", "json", "with a JSON library"),
    ("never closes", "goodbye", "that is a goodbye"),
    ("serves in turn", "idle-clients", "Serve each connection"),
    ("zero is a length", "empty-frame", "has 1 byte at least"),
    ("believes the length", "too-long", "before you allocate"),
    ("any error is the end", "no-request", "The client after that"),
    ("any error is the end", "half-frame", "what is missing will never"),
    ("any error is the end", "leaves", "A write can fail"),
    ("joins paths", "leads-out", "Nothing outside the shared"),
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
    ("lowest byte first", "transfer.list", "lowest byte first"),
    ("empties the folder", "transfer.list", "only reads what it shares"),
];

fn share(mistake: &'static str, patience: Duration) -> (SharedFolder, Server) {
    let folder = SharedFolder::new(7).unwrap();
    let dir = folder.path();
    let addr = serving(move |l| serve(&l, &dir, mistake)).unwrap();
    let server = Server::at(addr).patience(patience).sharing(&folder);
    (folder, server)
}

#[test]
fn every_check_catches_its_mistake() {
    prove(Lesson::FileTransfer.checks(), WRONG, |check, mistake, patience| {
        share(mistake, patience).1.check(check)
    });
}

/// The rest is graded in the order that the server has.
#[test]
fn the_other_byte_order_costs_one_check() {
    let (_folder, mut server) =
        share("lowest byte first", Duration::from_secs(20));
    let mut checks = Lesson::FileTransfer.checks().to_vec();
    checks.retain(|check| !check.id.contains("silent"));
    checks.retain(|check| server.check(check).is_err());
    let failed: Vec<_> = checks.iter().map(|check| check.id).collect();
    assert_eq!(failed, ["file-transfer.list"]);
}

#[test]
fn a_server_without_a_mistake_passes_all() {
    std::thread::scope(|scope| {
        for harmless in ["", "closes after an odd name"] {
            scope.spawn(move || {
                let (_folder, server) =
                    share(harmless, Duration::from_secs(20));
                grade::assert_passes(Lesson::FileTransfer, server);
            });
        }
    });
}

#[test]
fn without_a_folder_the_files_are_learnt_from_the_list() {
    let folder = SharedFolder::new(8).unwrap();
    let shared = folder.path();
    let addr = serving(move |l| serve(&l, &shared, "")).unwrap();
    grade::assert_passes(Lesson::FileTransfer, Server::at(addr));
    // Nobody knows of a link there.
    let checks = Lesson::FileTransfer.checks().iter();
    let mut link = checks.filter(|check| check.is_named("a link that leads"));
    let verdict = Server::at(addr).check(link.next().unwrap());
    assert!(matches!(verdict, Err(Problem::Skipped(_))), "{verdict:?}");
}
