//! For tests: the same checks on a server that is an address or a function.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::panic::resume_unwind;
use std::thread;

use crate::check::Check;
use crate::client::Client;
use crate::finding::{Problem, Verdict};
use crate::lesson::Lesson;
use crate::server::Server;

/// The checks of a lesson, of its server and of its client, whose names contain
/// this text; `_` stands for a space.
pub fn find(lesson: Lesson, text: &str) -> Vec<Check> {
    let all = lesson.checks().iter().chain(lesson.client_checks());
    all.filter(|check| check.is_named(text)).copied().collect()
}

/// Runs a function that serves a listener, in a thread of its own.
///
/// # Errors
///
/// When there is no free port, or no thread.
pub fn serving<T>(
    serve: impl FnOnce(TcpListener) -> T + Send + 'static,
) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let addr = listener.local_addr()?;
    thread::Builder::new().spawn(move || drop(serve(listener)))?;
    Ok(addr)
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
    let verdicts = if lesson == Lesson::UdpEcho {
        checks.map(|check| (check, server.check(check))).collect()
    } else {
        thread::scope(|scope| {
            let check = |check| {
                let mut server = server.twin();
                (check, scope.spawn(move || server.check(check)))
            };
            let started: Vec<_> = checks.map(check).collect();
            let ends = started.into_iter();
            ends.map(|(check, end)| {
                (check, end.join().unwrap_or_else(|panic| resume_unwind(panic)))
            })
            .collect()
        })
    };
    assert_none_failed(verdicts);
}

/// Every check of the lesson's client passes, those of `--strict` included.
///
/// # Panics
///
/// When one fails, with what it has found.
#[track_caller]
pub fn assert_client_passes(lesson: Lesson, client: &Client) {
    let checks = lesson.client_checks().iter();
    let verdicts = checks.map(|check| (check, client.check(check)));
    assert_none_failed(verdicts.collect());
}

#[track_caller]
fn assert_none_failed(verdicts: Vec<(&Check, Verdict)>) {
    let mut failed = String::new();
    for (check, verdict) in verdicts {
        if let Err(Problem::Failed(finding)) = verdict {
            let (name, read) = (check.name, check.explained_by);
            failed += &format!("\nFAIL {name}\n{finding}\nRead {read}.\n");
        }
    }
    assert!(failed.is_empty(), "{failed}");
}
