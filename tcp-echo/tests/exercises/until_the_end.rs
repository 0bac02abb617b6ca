//! Grades `until_the_end`: the checks of lesson 1 that are about one connection.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use grade::{Lesson, Problem, Server, find, serving};

pub type Answer = fn(TcpStream) -> io::Result<()>;

const CHECKS: [&str; 10] = [
    "a line comes back in upper case",
    "two lines, one after the other",
    "an empty line is one byte",
    "does not wait for a newline",
    "bytes that are no text",
    "one byte at a time",
    "many lines in one write",
    "3000 bytes come back",
    "1 MB comes back",
    "a client that has finished sending",
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
    let early = Arc::new(AtomicBool::new(false));
    let noticed = early.clone();
    let addr = serving(move |listener| serve(&listener, answer, &noticed));
    let mut server = Server::at(addr.unwrap()).patience(patience);
    let checks = find(Lesson::TcpEcho, name);
    assert_eq!(checks.len(), 1, "checks named {name:?}");
    if let Err(Problem::Failed(finding)) = server.check(&checks[0]) {
        let (name, read) = (checks[0].name, checks[0].explained_by);
        let note = if early.load(Ordering::SeqCst) { EARLY } else { "" };
        panic!("\nFAIL {name}\n{finding}\n{note}Read {read}.");
    }
}

const EARLY: &str = "\
until_the_end returned Ok before the client had finished. Only a read of
0 bytes is the end, and only where there is room for a byte: a Vec of
length 0, as Vec::with_capacity makes it, has none.
";

/// Gives each connection to the answer, and notices when it returns too early.
fn serve(
    listener: &TcpListener,
    answer: Answer,
    early: &Arc<AtomicBool>,
) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept()?;
        let early = early.clone();
        let talk = move || {
            let kept = stream.try_clone()?;
            answer(stream)?;
            kept.set_nonblocking(true)?;
            let ended = match kept.peek(&mut [0]) {
                Ok(n) => n == 0,
                Err(e) => e.kind() != io::ErrorKind::WouldBlock,
            };
            // Before `kept` is dropped: the client learns of the end after this.
            early.fetch_or(!ended, Ordering::SeqCst);
            io::Result::Ok(())
        };
        thread::Builder::new().spawn(talk)?;
    }
}
