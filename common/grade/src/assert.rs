//! For tests: the same checks on a server that is an address or a function.

use std::sync::Arc;

use crate::client::Client;
use crate::exercise::{Step, assert_solved};
use crate::lesson::Lesson;
use crate::server::Server;

/// Every check of the lesson's server passes, those of `--strict` included. Else this
/// panics, with what they have found.
#[track_caller]
pub fn assert_passes(lesson: Lesson, server: Server) {
    let server = Arc::new(server);
    let step = |check| {
        Step::of(check, |server: Arc<Server>, exam, check| {
            server.twin().seed(exam.random.u64(..)).check(check)
        })
    };
    let steps: Vec<_> = lesson.checks().iter().map(step).collect();
    // Datagrams get lost in a crowd.
    let alone = lesson == Lesson::UdpEcho;
    for steps in steps.chunks(if alone { 1 } else { steps.len() }) {
        assert_solved(steps, Arc::clone(&server));
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
