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
    let checks = lesson.checks();
    // Datagrams get lost in a crowd.
    let graded = if lesson == Lesson::UdpEcho {
        checks.iter().map(|check| named(check, server.check(check))).collect()
    } else {
        at_once(checks, || server.twin(), |mut s, check| s.check(check))
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
    let checks = lesson.client_checks();
    let graded = at_once(checks, || client.clone(), |c, check| c.check(check));
    assert_none_failed(&graded, "");
}

/// All checks beside each other, each with a copy of what is graded: they wait more than
/// they work.
fn at_once<S: Send>(
    checks: &'static [Check],
    copy: impl Fn() -> S,
    grade: fn(S, &Check) -> Verdict,
) -> Vec<Graded> {
    thread::scope(|scope| {
        let start = |check| {
            let copy = copy();
            scope.spawn(move || named(check, grade(copy, check)))
        };
        let ends: Vec<_> = checks.iter().map(start).collect();
        let joined = ends.into_iter().map(|end| end.join());
        joined.map(|end| end.unwrap_or_else(|p| resume_unwind(p))).collect()
    })
}

fn named(check: &Check, verdict: Verdict) -> Graded {
    (check.name, check.explained_by, verdict)
}
