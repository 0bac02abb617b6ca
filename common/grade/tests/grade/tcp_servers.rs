//! Each check of lesson 1 and a wrong server that fails it, with the message meant for
//! it.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;

use grade::proof::Wrong;
use grade::{Lesson, Server};

use crate::mistakes::{change, write};
use crate::proof::{prove, serving, spin};

/// A server, and what it does wrong.
fn server(m: &'static str) -> Server {
    serving(m, move |stream| talk(stream, m))
}

/// The communication loop: an answer for each piece; an error ends it.
fn talk(mut stream: TcpStream, m: &str) -> io::Result<()> {
    if m == "answers at the end" {
        let mut all = Vec::new();
        stream.read_to_end(&mut all)?;
        return stream.write_all(&all.to_ascii_uppercase());
    }
    let most = match m {
        "2000 bytes" => 2000,
        "5000 bytes" => 5000,
        "100 kB" => 100_000,
        _ => usize::MAX,
    };
    let (mut buffer, mut total) = ([0; 1024], 0);
    loop {
        let n = match stream.read(&mut buffer) {
            // The original has no test for the end.
            Ok(0) if m == "the original" => {
                spin(); // without this it takes all of a processor
                continue;
            }
            Ok(0) => return Ok(()),
            Err(_) if m == "a failed write ends it" => return Ok(()),
            read => read?,
        };
        total += n;
        let piece = &buffer[..n];
        let fails = match m {
            "an empty line is the end" => piece.trim_ascii().is_empty(),
            "fails where it is no text" => std::str::from_utf8(piece).is_err(),
            _ => total > most,
        };
        if fails {
            return Err(ErrorKind::InvalidData.into());
        }
        let answer = change(piece, m);
        match m {
            "one buffer" => from_one_buffer(&mut stream, &answer)?,
            "one writes" => one_writes(&mut stream, &answer)?,
            _ => write(&mut stream, &answer, m)?,
        }
    }
}

/// One buffer for all clients; a line is answered when it is whole.
fn from_one_buffer(stream: &mut TcpStream, answer: &[u8]) -> io::Result<()> {
    static ALL: Mutex<Vec<u8>> = Mutex::new(Vec::new());
    let mut all = ALL.lock().unwrap();
    all.extend(answer);
    if all.ends_with(b"\n") {
        stream.write_all(&std::mem::take(&mut *all))?;
    }
    Ok(())
}

/// Every write may wait for its client, and the others wait for the lock.
fn one_writes(stream: &mut TcpStream, answer: &[u8]) -> io::Result<()> {
    static LOCK: Mutex<()> = Mutex::new(());
    let _nobody_else = LOCK.lock().unwrap();
    stream.write_all(answer)
}

const WRONG: &[Wrong<&str>] = &[
    ("copies", "echo.line", "with a to z as A to Z"),
    ("all but z", "echo.line", "with a to z as A to Z"),
    ("answers at the end", "echo.answer", "waits for the end"),
    ("strips", "echo.line", "All but the newline came"),
    ("the original", "echo.close", "The next one was not"),
    ("strips", "empty-line", "do not strip it"),
    ("an empty line is the end", "empty-line", "An empty line is not the end"),
    ("strips", "spaces", "the spaces at both ends"),
    ("drops carriage returns", "spaces", "(0d 0a)"),
    ("swaps capitals", "echo.bytes", "A to Z are capitals already"),
    ("ends at a byte 0", "echo.bytes", "not strlen"),
    ("fails where it is no text", "echo.bytes", "need not be text"),
    ("a newline for each piece", "one-byte", "a part of a line"),
    ("the first line only", "many-lines", "several lines"),
    ("2000 bytes", "3000-bytes", "go on reading until"),
    ("answers at the end", "megabyte", "before you read the next one"),
    ("100 kB", "megabyte", "no longest length"),
    ("drops what does not fit", "late-reader", "sendall, not send"),
    ("5000 bytes", "half-close", "and still reads"),
    ("throws out the silent", "silent-client", "may be typing"),
    ("serves in turn", "echo.reset", "as a program does that crashes"),
    ("a failed write ends it", "echo.leaves", "A write can fail"),
    ("one buffer", "half-way", "a buffer for each"),
    ("one writes", "never-reads", "waits in its write"),
];

#[test]
fn wrong_servers_are_caught_and_a_right_one_passes() {
    prove(Lesson::TcpEcho.checks(), WRONG, |m, exam, check| {
        server(m).patience(exam.patience).check(check)
    });
}

/// A client that closes over an unread byte sends a reset, and another check is about
/// those; and another one is about two clients at a time.
#[test]
fn a_server_of_one_client_that_a_reset_ends_is_blamed_for_nothing_else() {
    for id in ["tcp-echo.close", "tcp-echo.bytes"] {
        let mut checks = Lesson::TcpEcho.checks().iter();
        let check = checks.find(|check| check.id == id).unwrap();
        server("serves in turn").check(check).unwrap();
    }
}
