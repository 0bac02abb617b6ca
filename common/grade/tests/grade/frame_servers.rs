//! Each check of lesson 3 and a wrong server that fails it, with the message meant for
//! it.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;
use std::time::Duration;

use common::frame::{read_frame, read_until_full};
use grade::proof::Wrong;
use grade::{Lesson, Server, serving};

use crate::proof::{in_turn, prove, spin, threads};

/// A server, and what it does wrong.
fn serve(listener: TcpListener, m: &'static str) -> io::Result<()> {
    match m {
        "spins" | "serves in turn" => in_turn(listener, |s| talk(s, m)),
        "one read" => threads(listener, one_read),
        "one buffer" => threads(listener, one_buffer),
        _ => threads(listener, move |stream| talk(stream, m)),
    }
}

fn talk(mut stream: TcpStream, m: &str) -> io::Result<()> {
    if m == "throws out the silent" {
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    }
    loop {
        let mut prefix = [0; 4];
        let came = match m {
            "single reads" => stream.read(&mut prefix)?,
            _ => read_until_full(&mut stream, &mut prefix)?,
        };
        match came {
            0 if m == "spins" => {
                spin();
                continue;
            }
            0 if m == "says goodbye" => return answer(&mut stream, b"bye", m),
            0 => return Ok(()),
            _ => {}
        }
        if m == "lowest byte first" {
            prefix.reverse();
        }
        let length = u32::from_be_bytes(prefix) as usize;
        let most = match m {
            "65535 is the most" => 65_535,
            "65537 is the most" => 65_537,
            _ => 65_536,
        };
        let mut payload = Vec::new();
        match m {
            // Not all of it may have come.
            "believes the length" => {
                (&mut stream).take(length as u64).read_to_end(&mut payload)?;
            }
            "answers nothing" if length == 0 => {}
            _ if length == 0 || length > most => return Ok(()),
            "single reads" => {
                payload.resize(length, 0);
                stream.read(&mut payload)?;
            }
            _ => {
                payload.resize(length, 0);
                stream.read_exact(&mut payload)?;
            }
        }
        answer(&mut stream, &payload, m)?;
    }
}

fn answer(stream: &mut TcpStream, payload: &[u8], m: &str) -> io::Result<()> {
    let mut upper = payload.to_ascii_uppercase();
    let mut length = upper.len();
    if m == "counts characters" {
        let text = String::from_utf8_lossy(payload).to_uppercase();
        length = text.chars().count();
        upper = text.into();
    }
    let mut prefix = u32::try_from(length).unwrap().to_be_bytes();
    if m == "lowest byte first" {
        prefix.reverse();
    }
    let frame = [&prefix[..], &upper].concat();
    if m == "drops what does not fit" {
        stream.set_nonblocking(true)?;
        let _ = stream.write(&frame);
        return stream.set_nonblocking(false);
    }
    stream.write_all(&frame)
}

/// One read for a frame.
fn one_read(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 8192];
    while stream.read(&mut buffer)? > 4 {
        let length = buffer[3] as usize;
        answer(&mut stream, &buffer[4..4 + length], "")?;
    }
    Ok(())
}

/// One buffer for all clients.
fn one_buffer(mut stream: TcpStream) -> io::Result<()> {
    static ALL: Mutex<Vec<u8>> = Mutex::new(Vec::new());
    let mut buffer = [0; 1024];
    loop {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        let mut all = ALL.lock().unwrap();
        all.extend(&buffer[..n]);
        while let Ok(Some(payload)) = read_frame(&mut &all[..]) {
            all.drain(..4 + payload.len());
            answer(&mut stream, &payload, "")?;
        }
    }
}

const WRONG: &[Wrong<&str>] = &[
    ("lowest byte first", "demo.frame", "lowest byte first"),
    ("spins", "demo.close", "leave that client's loop"),
    ("one read", "glued", "is the next frame"),
    ("single reads", "demo.cut", "less than you asked"),
    ("single reads", "one-byte", "less than you asked"),
    ("counts characters", "demo.bytes", "counts bytes"),
    ("single reads", "longest", "less than you asked"),
    ("65535 is the most", "longest", "one too small"),
    ("single reads", "hundred-frames", "less than you asked"),
    ("drops what does not fit", "late-reader", "sendall, not send"),
    (
        "believes the length",
        "empty-frame",
        "No message of this course is empty",
    ),
    ("answers nothing", "empty-frame", "Answer nothing"),
    ("believes the length", "demo.too-long", "Nobody has to believe it"),
    ("65537 is the most", "demo.one-too-long", "this one had 65537"),
    ("believes the length", "half-frame", "An answer to half a message"),
    ("throws out the silent", "silent-client", "no reason to"),
    ("serves in turn", "three-clients", "serve each connection"),
    ("one buffer", "half-way", "a buffer for each"),
    ("says goodbye", "goodbye", "close the connection, too"),
];

#[test]
fn every_check_catches_its_wrong_server() {
    let lesson = Lesson::StickyPacketDemo;
    prove(lesson.checks(), WRONG, |check, mistake, patience| {
        let mistake = *mistake;
        let addr = serving(move |listener| serve(listener, mistake)).unwrap();
        Server::at(addr).patience(patience).check(check)
    });
}

#[test]
fn a_right_server_passes_all() {
    let addr = serving(|listener| serve(listener, "")).unwrap();
    let lesson = Lesson::StickyPacketDemo;
    grade::assert_passes(lesson, &mut Server::at(addr));
}
