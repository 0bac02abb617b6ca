//! Grades `two_at_once`: the checks of lesson 1 that are about several clients.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use grade::{Lesson, Server, assert_server, serving};

pub type Answer = fn(TcpListener, fn(TcpStream)) -> io::Result<()>;

const CHECKS: [&str; 6] = [
    "a line comes back in upper case",
    "a client that closes",
    "a second client is answered",
    "a hundred clients at once",
    "a client that resets",
    "in the middle of its answer",
];

/// Fails with what the first check finds that does not pass.
pub fn grade(answer: Answer, patience: Duration) {
    for name in CHECKS {
        check(name, answer, patience);
    }
}

/// Does one of the checks.
pub fn check(name: &str, answer: Answer, patience: Duration) {
    assert!(CHECKS.contains(&name), "{name}");
    let addr = serving(move |listener| answer(listener, talk)).unwrap();
    let mut server = Server::at(addr).patience(patience);
    assert_server(Lesson::TcpEcho, name, &mut server);
}

/// One client, until it has left.
fn talk(mut stream: TcpStream) {
    let mut buffer = [0; 1024];
    while let Ok(n @ 1..) = stream.read(&mut buffer) {
        let piece = buffer[..n].to_ascii_uppercase();
        if stream.write_all(&piece).is_err() {
            return;
        }
    }
}
