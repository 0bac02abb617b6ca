//! Each check of lesson 4's server and a mistake that fails it, with the message meant
//! for it.

use std::time::Duration;

use grade::{Filled, Lesson, Problem, Server, serving};

use crate::proof::first_failure;
use crate::sharing::{Mistake as M, serve};

const WRONG: &[(&str, &str, M)] = &[
    ("list names each file", "It is no file of that folder", M::ListsFolders),
    ("list names each file", "is missing", M::ForgetsAFile),
    ("a client that closes", "accept the next one", M::Spins),
    (
        "get brings a header",
        "compute it over all of its bytes",
        M::DigestOfTheName,
    ),
    ("get brings a header", "has to be a JSON object", M::SendsAnArray),
    ("get brings a header", "No reply came", M::NeverReplies),
    ("an empty file", "0 bytes follow", M::EmptyIsMissing),
    ("a large file", "sent to its end", M::OneWrite),
    ("names with spaces", "The server shares this file", M::SplitsAtSpaces),
    ("names with spaces", "The server shares this file", M::KnowsAsciiOnly),
    (
        "a file that is not there",
        "the connection goes on",
        M::ClosesAfterAnError,
    ),
    ("get with an offset", "The bytes start at", M::OffsetInTheHeaderOnly),
    ("one byte at a time", "less than you asked", M::SinglePrefix),
    ("wherever the stream is cut", "less than you asked", M::SinglePrefix),
    ("wherever the stream is cut", "less than you asked", M::SinglePayload),
    ("five requests", "is the next request", M::OneRequestARead),
    ("the longest frame", "may have 65536 bytes", M::LongestIs8096),
    ("JSON with other spaces", "with a JSON library", M::LooksForText),
    ("a goodbye", "that is a goodbye", M::NeverCloses),
    ("clients that say nothing", "Serve each connection", M::InTurn),
    ("a length of 0", "has 1 byte at least", M::ZeroIsAList),
    ("a length over 65536", "before you allocate", M::NoLimit),
    ("what is no request", "The client after that", M::AnyErrorIsTheEnd),
    ("ends inside a frame", "what is missing will never", M::AnyErrorIsTheEnd),
    ("in the middle of its file", "A write can fail", M::AnyErrorIsTheEnd),
    ("no name leads out", "Nothing outside the shared", M::JoinsPaths),
    ("a folder is no file", "A folder is no file", M::FolderIsEmpty),
    ("thirty clients", "the last one reads first", M::TenAtMost),
    ("fields that nobody knows", "called color", M::KnowsAllFields),
    ("a link that leads out", "look where a name leads", M::FollowsLinks),
    ("names that some system", "takes this name", M::OddNamesAreTheEnd),
    ("an unknown command", "says what was wrong", M::UnknownIsSilence),
    ("the error reaches", "resets the connection", M::ClosesAtOnce),
];

/// Runs one check on a server that makes this mistake.
fn not_proven(name: &str, message: &str, mistake: M) -> Option<String> {
    let filled = Filled::new(7).unwrap();
    let dir = filled.path();
    let shared = dir.clone();
    let addr = serving(move |l| serve(&l, &shared, mistake)).unwrap();
    let checks = Lesson::FileTransfer.checks().iter();
    let named: Vec<_> = checks.filter(|c| c.is_named(name)).collect();
    let [check] = named[..] else {
        return Some(format!("{} checks are {name:?}", named.len()));
    };
    let patience = Duration::from_millis(1000);
    let verdict = || {
        let mut server = Server::at(addr).patience(patience).folder(&dir);
        server.filled = true;
        server.check(check)
    };
    match first_failure(verdict) {
        Err(Problem::Failed(finding)) => {
            let said = finding.to_string().replace('\n', " ");
            let meant = said.contains(message);
            (!meant)
                .then(|| format!("{name}: {message:?} is not in\n{finding}"))
        }
        Err(Problem::Skipped(_)) if cfg!(windows) => None, // no links
        other => Some(format!("{name} ({mistake:?}): {other:?}")),
    }
}

#[test]
fn every_check_catches_its_mistake() {
    for check in Lesson::FileTransfer.checks() {
        let proven = WRONG.iter().any(|(name, ..)| check.is_named(name));
        assert!(proven, "no mistake for: {}", check.name);
    }
    let mistakes =
        crate::proof::side_by_side(WRONG, |(name, message, mistake)| {
            not_proven(name, message, *mistake)
        });
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n\n"));
}

#[test]
fn a_server_without_a_mistake_passes_all() {
    for none in [M::None, M::ClosesAfterAnOddName] {
        let filled = Filled::new(7).unwrap();
        let dir = filled.path();
        let shared = dir.clone();
        let addr = serving(move |l| serve(&l, &shared, none)).unwrap();
        let mut server = Server::at(addr).folder(dir);
        server.filled = true;
        grade::assert_passes(Lesson::FileTransfer, &mut server);
    }
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
