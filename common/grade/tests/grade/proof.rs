//! Proves the checks of a lesson: what is wrong, and which check says so in which words.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use grade::proof::{Wrong, assert_caught};
use grade::{Check, Client, Lesson, Verdict};

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
    talk: impl Fn(TcpStream) -> io::Result<()>,
) -> io::Result<()> {
    loop {
        talk(listener.accept()?.0)?;
    }
}

/// Clients with a mistake each: a sentence says which.
#[track_caller]
pub fn prove_clients(
    lesson: Lesson,
    client: fn(&'static str) -> Client,
    wrong: &[Wrong<&'static str>],
) {
    prove(lesson.client_checks(), wrong, |check, mistake, patience| {
        client(mistake).patience(patience).check(check)
    });
}

/// What a loop does that spins, but leaves the processor to the other tests.
pub fn spin() {
    thread::sleep(Duration::from_millis(1));
}
