//! Grades `until_the_end`: the checks of lesson 1 that are about one connection.

use std::io::{self, ErrorKind};
use std::net::{TcpListener, TcpStream};
use std::thread;

use grade::{Overheard, Step};

pub type Answer = fn(TcpStream) -> io::Result<()>;

pub fn steps() -> Vec<Step<Answer>> {
    let names = [
        "a line comes back in upper case",
        "two lines, one after the other",
        "an empty line is one byte",
        "does not wait for a newline",
        "bytes that are not text",
        "one byte at a time",
        "many lines in one write",
        "3000 bytes come back",
        "1 MB comes back",
        "a client that has finished sending",
    ];
    super::checks(&names, serve)
}

const EARLY: &str = "\
until_the_end returned Ok before the client had finished. Only a read of 0 bytes is \
the end, and only where there is room for a byte: a Vec of length 0, as \
Vec::with_capacity makes it, has none";

/// Gives each connection to the answer, and notices when it returns too early.
fn serve(
    listener: &TcpListener,
    answer: Answer,
    overheard: &Overheard,
) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept()?;
        let overheard = overheard.clone();
        let talk = move || {
            // Until this is dropped the client does not learn of an end.
            let kept = stream.try_clone()?;
            if let Some(Ok(())) = overheard.run(|| answer(stream)) {
                kept.set_nonblocking(true)?;
                let next = kept.peek(&mut [0]).map_err(|e| e.kind());
                if matches!(next, Ok(1..) | Err(ErrorKind::WouldBlock)) {
                    overheard.note(EARLY);
                }
            }
            io::Result::Ok(())
        };
        thread::Builder::new().spawn(talk)?;
    }
}
