//! Proves the checks of a lesson: what is wrong, and which check says so in which words.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use grade::proof::{Wrong, assert_caught};
use grade::{Check, Client, Lesson, Server, Verdict, serving};

/// Each of these fails its check in these words, and no check is without one.
#[track_caller]
pub fn prove<A: Sync>(
    checks: &[Check],
    wrong: &[Wrong<A>],
    grade: impl Fn(&Check, &A, Duration) -> Verdict + Sync,
) {
    for check in checks {
        let id = check.id;
        let proven = wrong.iter().any(|(_, part, _)| id.ends_with(part));
        assert!(proven, "no wrong program for {id}");
    }
    assert_caught(checks, |check| check.id, wrong, grade);
}

/// A server over TCP, as a function.
pub type Serve = fn(TcpListener) -> io::Result<()>;

/// Serves each connection in a thread of its own.
pub fn threads<T>(
    listener: TcpListener,
    talk: impl Fn(TcpStream) -> T + Copy + Send + 'static,
) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept()?;
        thread::spawn(move || drop(talk(stream)));
    }
}

/// Serves one connection after the other; an error ends the server.
pub fn in_turn(
    listener: TcpListener,
    talk: fn(TcpStream) -> io::Result<()>,
) -> io::Result<()> {
    loop {
        talk(listener.accept()?.0)?;
    }
}

#[track_caller]
pub fn prove_tcp(lesson: Lesson, wrong: &[Wrong<Serve>]) {
    prove(lesson.checks(), wrong, |check, serve, patience| {
        let addr = serving(*serve).unwrap();
        Server::at(addr).patience(patience).check(check)
    });
}

#[track_caller]
pub fn prove_clients(lesson: Lesson, wrong: &[Wrong<fn() -> Client>]) {
    prove(lesson.client_checks(), wrong, |check, client, patience| {
        client().patience(patience).check(check)
    });
}

/// A right server passes all checks, with a long patience.
#[track_caller]
pub fn passes(lesson: Lesson, serve: Serve) {
    let addr = serving(serve).unwrap();
    grade::assert_passes(lesson, &mut Server::at(addr));
}

/// What a loop does that spins, but leaves the processor to the other tests.
pub fn spin() {
    thread::sleep(Duration::from_millis(1));
}
