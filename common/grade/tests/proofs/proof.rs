//! Proves checks: a wrong program for each, which must fail it with the message meant
//! for it.

use std::io;
use std::iter;
use std::net::{TcpListener, UdpSocket};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use grade::{
    Check, Client, Lesson, Problem, Server, Verdict, serving, serving_udp,
};

/// What a wrong program is.
#[derive(Clone, Copy)]
pub enum Kind {
    Tcp(fn(TcpListener) -> io::Result<()>),
    Udp(fn(UdpSocket) -> io::Result<()>),
    Client(fn() -> Client),
}

/// A wrong program, the check that catches it, and what that says.
#[derive(Clone, Copy)]
pub struct Wrong {
    pub check: &'static str,
    pub message: &'static str,
    pub kind: Kind,
}

impl Wrong {
    pub const fn tcp(
        check: &'static str,
        message: &'static str,
        serve: fn(TcpListener) -> io::Result<()>,
    ) -> Self {
        Self { check, message, kind: Kind::Tcp(serve) }
    }

    pub const fn udp(
        check: &'static str,
        message: &'static str,
        serve: fn(UdpSocket) -> io::Result<()>,
    ) -> Self {
        Self { check, message, kind: Kind::Udp(serve) }
    }

    pub const fn client(
        check: &'static str,
        message: &'static str,
        client: fn() -> Client,
    ) -> Self {
        Self { check, message, kind: Kind::Client(client) }
    }

    /// What the check says of it. A wrong one gets a short patience, so that a slow
    /// machine errs towards rejecting.
    fn verdict(&self, check: &Check) -> Verdict {
        let patience = Duration::from_millis(1000);
        match self.kind {
            Kind::Tcp(serve) => {
                let addr = serving(serve).unwrap();
                Server::at(addr).patience(patience).check(check)
            }
            Kind::Udp(serve) => {
                let addr = serving_udp(serve).unwrap();
                Server::at(addr).patience(patience).check(check)
            }
            Kind::Client(client) => client().patience(patience).check(check),
        }
    }
}

/// Each of the wrong programs fails the check that it is meant for, and no check is
/// without one.
#[track_caller]
pub fn prove(wrong: &[Wrong], checks: &[Check]) {
    for check in checks {
        assert!(
            wrong.iter().any(|wrong| check.is_named(wrong.check)),
            "no wrong program for: {}",
            check.name
        );
    }
    let mistakes = side_by_side(wrong, |wrong| not_proven(wrong, checks));
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n\n"));
}

/// Eight at a time: they wait more than they work, but the machine may be small.
pub fn side_by_side<T: Sync>(
    all: &[T],
    prove: impl Fn(&T) -> Option<String> + Sync,
) -> Vec<String> {
    let (next, prove) = (AtomicUsize::new(0), &prove);
    thread::scope(|scope| {
        let work = || {
            let next = || all.get(next.fetch_add(1, Ordering::Relaxed));
            iter::from_fn(next).filter_map(prove).collect::<Vec<_>>()
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|t| t.join().unwrap()).collect()
    })
}

/// What a check says of a wrong program, which may need more than one try: a busy
/// machine can deliver two pieces as one, and then nothing is wrong.
pub fn first_failure(verdict: impl Fn() -> Verdict) -> Verdict {
    verdict().and_then(|()| verdict()).and_then(|()| verdict())
}

/// What a loop does that spins, but leaves the processor to the other tests.
pub fn spin() {
    thread::sleep(Duration::from_millis(1));
}

fn not_proven(wrong: &Wrong, checks: &[Check]) -> Option<String> {
    let named: Vec<&Check> =
        checks.iter().filter(|c| c.is_named(wrong.check)).collect();
    let [check] = named[..] else {
        return Some(format!("{} checks are {:?}", named.len(), wrong.check));
    };
    let (name, message) = (check.name, wrong.message);
    match first_failure(|| wrong.verdict(check)) {
        Err(Problem::Failed(finding)) => {
            let said = finding.to_string().replace('\n', " ");
            let meant = said.contains(message);
            (!meant)
                .then(|| format!("{name}: {message:?} is not in\n{finding}"))
        }
        other => Some(format!("{name} ({message}): {other:?}")),
    }
}

/// A right server passes all checks, with a long patience.
#[track_caller]
pub fn passes(lesson: Lesson, serve: fn(TcpListener) -> io::Result<()>) {
    let addr = serving(serve).unwrap();
    grade::assert_passes(lesson, &mut Server::at(addr));
}
