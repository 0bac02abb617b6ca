//! Grades `two_at_once`: the checks of lesson 1 that are about several clients.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

use grade::Step;

pub type Answer = fn(TcpListener, fn(TcpStream)) -> io::Result<()>;

pub fn steps() -> Vec<Step<Answer>> {
    let names = [
        "a line comes back in upper case",
        "a client that closes",
        "a second client is answered",
        "a hundred clients at once",
        "a client that resets",
        "in the middle of its answer",
    ];
    super::checks(&names, |listener, answer: Answer, _| {
        answer(listener.try_clone()?, talk)
    })
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
