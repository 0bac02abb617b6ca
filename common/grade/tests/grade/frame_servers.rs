//! Each check of lesson 3 and a wrong server that fails it, with the message meant for
//! it.

use std::io;
use std::net::TcpStream;

use grade::proof::Wrong;
use grade::{Lesson, Server};

use crate::mistakes::{receive, send};
use crate::proof::{prove, serving, spin};

/// A server, and what it does wrong.
fn server(m: &'static str) -> Server {
    serving(m, move |stream| talk(stream, m))
}

fn talk(mut stream: TcpStream, m: &str) -> io::Result<()> {
    loop {
        match receive(&mut stream, m) {
            Ok(Some(payload)) if m == "counts characters" => {
                let upper = String::from_utf8_lossy(&payload).to_uppercase();
                send(&mut stream, upper.as_bytes(), m)?;
            }
            Ok(Some(payload)) => {
                send(&mut stream, &payload.to_ascii_uppercase(), m)?;
            }
            Ok(None) if m == "spins" => spin(),
            Ok(None) if m == "says goodbye" => {
                return send(&mut stream, b"BYE", m);
            }
            _ => return Ok(()),
        }
    }
}

const WRONG: &[Wrong<&str>] = &[
    ("no length", "demo.frame", "its length in four bytes"),
    ("lowest byte first", "byte-order", "lowest byte first"),
    ("spins", "demo.close", "leave that client's loop"),
    ("one read for a frame", "glued", "is the next frame"),
    ("one read for the length", "demo.cut", "less than you asked"),
    ("one read for the payload", "one-byte", "less than you asked"),
    ("counts characters", "demo.bytes", "counts bytes"),
    ("one read for the payload", "longest", "less than you asked"),
    ("65535 is the most", "longest", "one too small"),
    ("one read for the payload", "hundred-frames", "less than you asked"),
    ("drops what does not fit", "late-reader", "sendall, not send"),
    ("believes the length", "empty-frame", "No message of this course is"),
    ("zero is a length", "empty-frame", "Answer nothing"),
    ("believes the length", "demo.too-long", "Nobody has to believe it"),
    ("65537 is the most", "demo.one-too-long", "this one had 65537"),
    ("believes the length", "half-frame", "An answer to half a message"),
    ("throws out the silent", "silent-client", "no reason to"),
    ("serves in turn", "three-clients", "serve each connection"),
    ("one buffer", "half-way", "a buffer for each"),
    ("says goodbye", "goodbye", "close the connection, too"),
];

#[test]
fn wrong_servers_are_caught_and_a_right_one_passes() {
    prove(Lesson::StickyPacketDemo.checks(), WRONG, |m, exam, check| {
        server(m).patience(exam.patience).check(check)
    });
}
