//! For tests: the same checks on a server that is an address or a function.

use std::panic::resume_unwind;
use std::thread;

use crate::check::Check;
use crate::client::Client;
use crate::exercise::{Graded, assert_none_failed};
use crate::finding::Verdict;
use crate::lesson::Lesson;
use crate::server::Server;

/// The checks of a lesson, of its server and of its client, whose names contain
/// this text; `_` stands for a space.
pub fn find(lesson: Lesson, text: &str) -> Vec<Check> {
    let all = lesson.checks().iter().chain(lesson.client_checks());
    all.filter(|check| check.is_named(text)).copied().collect()
}

/// Every check of the lesson's server passes, those of `--strict` included.
///
/// # Panics
///
/// When one fails, with what it has found.
#[track_caller]
pub fn assert_passes(lesson: Lesson, server: &mut Server) {
    let checks = lesson.checks().iter();
    // They wait more than they work. But datagrams get lost in a crowd.
    let graded: Vec<Graded> = if lesson == Lesson::UdpEcho {
        checks.map(|check| named(check, server.check(check))).collect()
    } else {
        thread::scope(|scope| {
            let start = |check| {
                let mut server = server.twin();
                scope.spawn(move || named(check, server.check(check)))
            };
            let ends: Vec<_> = checks.map(start).collect();
            let joined = ends.into_iter().map(|end| end.join());
            joined.map(|end| end.unwrap_or_else(|p| resume_unwind(p))).collect()
        })
    };
    assert_none_failed(&graded, "");
}

/// Every check of the lesson's client passes, those of `--strict` included.
///
/// # Panics
///
/// When one fails, with what it has found.
#[track_caller]
pub fn assert_client_passes(lesson: Lesson, client: &Client) {
    let checks = lesson.client_checks().iter();
    let graded = checks.map(|check| named(check, client.check(check)));
    assert_none_failed(&Vec::from_iter(graded), "");
}

fn named(check: &Check, verdict: Verdict) -> Graded {
    (check.name, check.explained_by, verdict)
}
