//! Answers to `two_at_once` that are wrong, each for another reason.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::thread;

type Talk = fn(TcpStream);

/// As the original: one client after the other.
pub fn in_turn(listener: TcpListener, talk: Talk) -> io::Result<()> {
    loop {
        talk(listener.accept()?.0);
    }
}

/// Two threads that serve one client each: the third client waits for one of them.
pub fn two_threads(listener: TcpListener, talk: Talk) -> io::Result<()> {
    let second = listener.try_clone()?;
    thread::spawn(move || in_turn(second, talk));
    in_turn(listener, talk)
}

/// A thread for each connection, and a panic where none can be taken.
#[expect(clippy::unwrap_used, reason = "the mistake")]
pub fn unwraps(listener: TcpListener, talk: Talk) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().unwrap();
        thread::Builder::new().spawn(move || talk(stream))?;
    }
}
