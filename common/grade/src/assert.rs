//! For tests: the same checks on a server that is an address or a function.

use crate::client::Client;
use crate::exercise::{Step, assert_solved};
use crate::lesson::Lesson;
use crate::server::Server;

/// Every check of the lesson's server passes, those of `--strict` included. Else this
/// panics, with what they have found.
#[track_caller]
pub fn assert_passes(lesson: Lesson, server: Server) {
    let Server { addr, patience, folder, .. } = server;
    let step = |check| {
        Step::of(check, move |folder, exam, check| {
            let seed = exam.random.u64(..);
            Server { patience, seed, folder, ..Server::at(addr) }.check(check)
        })
    };
    let steps: Vec<_> = lesson.checks().iter().map(step).collect();
    // Datagrams get lost in a crowd.
    let alone = lesson == Lesson::UdpEcho;
    for steps in steps.chunks(if alone { 1 } else { steps.len() }) {
        assert_solved(steps, folder.clone());
    }
}

/// The same for its client.
#[track_caller]
pub fn assert_client_passes(lesson: Lesson, client: Client) {
    let step = |check| {
        Step::of(check, |client: Client, exam, check| {
            client.seed(exam.random.u64(..)).check(check)
        })
    };
    let steps: Vec<_> = lesson.client_checks().iter().map(step).collect();
    assert_solved(&steps, client);
}
