//! Each check of lesson 4's server and a mistake that fails it, with the message meant
//! for it.

use std::time::Duration;

use grade::proof::Wrong;
use grade::{Filled, Lesson, Problem, Server, serving};

use crate::file_server::{Mistake as M, serve};
use crate::proof::prove;

#[rustfmt::skip] // a wrong program on a line
const WRONG: &[Wrong<M>] = &[
    (M::ListsFolders, "transfer.list", "It is no file of that folder"),
    (M::ForgetsAFile, "transfer.list", "is missing"),
    (M::Spins, "transfer.close", "accept the next one"),
    (M::DigestOfTheName, "transfer.get", "compute it over all of its bytes"),
    (M::SendsAnArray, "transfer.get", "has to be a JSON object"),
    (M::NeverReplies, "transfer.get", "No reply came"),
    (M::EmptyIsMissing, "empty-file", "0 bytes follow"),
    (M::OneWrite, "large", "sent to its end"),
    (M::SplitsAtSpaces, "transfer.names", "The server shares this file"),
    (M::KnowsAsciiOnly, "transfer.names", "The server shares this file"),
    (M::ClosesAfterAnError, "missing", "the connection goes on"),
    (M::OffsetInTheHeaderOnly, "offset", "The bytes start at"),
    (M::SinglePrefix, "one-byte", "less than you asked"),
    (M::SinglePrefix, "transfer.cut", "less than you asked"),
    (M::SinglePayload, "transfer.cut", "less than you asked"),
    (M::OneRequestARead, "five", "is the next request"),
    (M::LongestIs8096, "longest", "may have 65536 bytes"),
    (M::LooksForText, "json", "with a JSON library"),
    (M::NeverCloses, "goodbye", "that is a goodbye"),
    (M::InTurn, "idle-clients", "Serve each connection"),
    (M::ZeroIsAList, "empty-frame", "has 1 byte at least"),
    (M::NoLimit, "too-long", "before you allocate"),
    (M::AnyErrorIsTheEnd, "no-request", "The client after that"),
    (M::AnyErrorIsTheEnd, "half-frame", "what is missing will never"),
    (M::AnyErrorIsTheEnd, "leaves", "A write can fail"),
    (M::JoinsPaths, "leads-out", "Nothing outside the shared"),
    (M::FolderIsEmpty, "no-files", "A folder is no file"),
    (M::TenAtMost, "thirty-clients", "and came before"),
    (M::KnowsAllFields, "more-fields", "called color"),
    (M::FollowsLinks, "transfer.link", "look where a name leads"),
    (M::OddNamesAreTheEnd, "odd-names", "takes this name"),
    (M::UnknownIsSilence, "unknown", "says what was wrong"),
    (M::ClosesAtOnce, "told-why", "resets the connection"),
    (M::DropsWhatDoesNotFit, "late-reader", "sendall, not send"),
    (M::ThrowsOutTheSilent, "silent-client", "no reason to leave it"),
    (M::OneBuffer, "half-way", "a buffer for each"),
    (M::LowestFirst, "transfer.list", "lowest byte first"),
    (M::EmptiesTheFolder, "transfer.list", "only reads what it shares"),
];

fn share(mistake: M, patience: Duration) -> (Filled, Server) {
    let filled = Filled::new(7).unwrap();
    let dir = filled.path();
    let addr = serving(move |l| serve(&l, &dir, mistake)).unwrap();
    let server = Server::at(addr).patience(patience).sharing(&filled);
    (filled, server)
}

#[test]
fn every_check_catches_its_mistake() {
    prove(Lesson::FileTransfer.checks(), WRONG, |check, mistake, patience| {
        share(*mistake, patience).1.check(check)
    });
}

/// The rest is graded in the order that the server has.
#[test]
fn the_other_byte_order_costs_one_check() {
    let (_filled, mut server) = share(M::LowestFirst, Duration::from_secs(20));
    let mut checks = Lesson::FileTransfer.checks().to_vec();
    checks.retain(|check| !check.id.contains("silent"));
    checks.retain(|check| server.check(check).is_err());
    let failed: Vec<_> = checks.iter().map(|check| check.id).collect();
    assert_eq!(failed, ["file-transfer.list"]);
}

#[test]
fn a_server_without_a_mistake_passes_all() {
    std::thread::scope(|scope| {
        for none in [M::None, M::ClosesAfterAnOddName] {
            scope.spawn(move || {
                let (_filled, mut server) =
                    share(none, Duration::from_secs(20));
                grade::assert_passes(Lesson::FileTransfer, &mut server);
            });
        }
    });
}

#[test]
fn without_a_folder_the_files_are_learnt_from_the_list() {
    let filled = Filled::new(8).unwrap();
    let shared = filled.path();
    let addr = serving(move |l| serve(&l, &shared, M::None)).unwrap();
    grade::assert_passes(Lesson::FileTransfer, &mut Server::at(addr));
    // Nobody knows of a link there.
    let checks = Lesson::FileTransfer.checks().iter();
    let mut link = checks.filter(|check| check.is_named("a link that leads"));
    let verdict = Server::at(addr).check(link.next().unwrap());
    assert!(matches!(verdict, Err(Problem::Skipped(_))), "{verdict:?}");
}
