//! Grades `two_at_once`: the checks of lesson 1 that are about several clients.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

use grade::Step;
use grade::exercise::failed;

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
    let mut steps = super::checks(&names, |listener, answer: Answer, _| {
        answer(listener.try_clone()?, talk)
    });
    steps.push(Step::new(
        "an error of accept is returned",
        "lesson 1, \"How it works\": what a `?` behind accept does",
        |answer: Answer, _| {
            // It does not wait for a client: accept fails at once.
            let listener = TcpListener::bind("127.0.0.1:0")
                .and_then(|l| l.set_nonblocking(true).map(|()| l))
                .map_err(|e| failed(&e.to_string()))?;
            answer(listener, talk).err().map(drop).ok_or_else(|| {
                failed("No connection could be taken, and it returned Ok.")
            })
        },
    ));
    steps
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
