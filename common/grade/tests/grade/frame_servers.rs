//! Each check of lesson 3 and a wrong server that fails it, with the message meant for
//! it.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;

use common::frame::read_frame;
use grade::Lesson;
use grade::proof::Wrong;

use crate::proof::{Serve, in_turn, passes, prove_tcp, spin, threads};

fn answer(stream: &mut TcpStream, payload: &[u8]) -> io::Result<()> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    stream.write_all(&[&length[..], &payload.to_ascii_uppercase()].concat())
}

fn right(mut stream: TcpStream) -> io::Result<()> {
    while let Ok(Some(payload)) = read_frame(&mut stream) {
        answer(&mut stream, &payload)?;
    }
    Ok(())
}

/// Half fixed: a length in front, and one read for each part.
fn single_reads(mut stream: TcpStream) -> io::Result<()> {
    let mut prefix = [0; 4];
    while stream.read(&mut prefix)? > 0 {
        let length = u32::from_be_bytes(prefix).min(65_536);
        let mut payload = vec![0; length as usize];
        stream.read(&mut payload)?;
        answer(&mut stream, &payload)?;
    }
    Ok(())
}

/// The prefix with a single read, the payload read whole.
fn single_prefix(mut stream: TcpStream) -> io::Result<()> {
    let mut prefix = [0; 4];
    while stream.read(&mut prefix)? > 0 {
        let mut payload = vec![0; u32::from_be_bytes(prefix) as usize];
        stream.read_exact(&mut payload)?;
        answer(&mut stream, &payload)?;
    }
    Ok(())
}

/// One read for a frame.
fn one_read(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 8192];
    loop {
        let n = stream.read(&mut buffer)?;
        if n < 4 {
            return Ok(());
        }
        let length = buffer[3] as usize;
        answer(&mut stream, &buffer[4..4 + length])?;
    }
}

/// The lowest byte first, as `struct.pack("i", n)` has it on most machines.
fn lowest_first(mut stream: TcpStream) -> io::Result<()> {
    let mut prefix = [0; 4];
    loop {
        stream.read_exact(&mut prefix)?;
        let mut payload = vec![0; u32::from_le_bytes(prefix) as usize];
        stream.read_exact(&mut payload)?;
        stream.write_all(&prefix)?;
        stream.write_all(&payload.to_ascii_uppercase())?;
    }
}

/// No limit, and whatever the length says is waited for.
fn believes(mut stream: TcpStream) -> io::Result<()> {
    let mut prefix = [0; 4];
    loop {
        stream.read_exact(&mut prefix)?;
        let length = u64::from(u32::from_be_bytes(prefix));
        let mut payload = Vec::new();
        (&mut stream).take(length).read_to_end(&mut payload)?;
        // Not all of it may have come.
        answer(&mut stream, &payload)?;
    }
}

/// The original's endless loop around an empty read.
fn spins(mut stream: TcpStream) -> io::Result<()> {
    right(stream.try_clone()?)?;
    while stream.read(&mut [0; 4])? == 0 {
        spin();
    }
    Ok(())
}

/// Says goodbye to a goodbye.
fn farewell(mut stream: TcpStream) -> io::Result<()> {
    right(stream.try_clone()?)?;
    answer(&mut stream, b"bye")
}

/// Reads whole frames, and makes something else of a payload, or nothing.
fn changes(
    mut stream: TcpStream,
    change: impl Fn(Vec<u8>) -> Option<Vec<u8>>,
) -> io::Result<()> {
    let mut prefix = [0; 4];
    loop {
        stream.read_exact(&mut prefix)?;
        let mut payload = vec![0; u32::from_be_bytes(prefix) as usize];
        stream.read_exact(&mut payload)?;
        match change(payload) {
            Some(payload) => answer(&mut stream, &payload)?,
            None => return Ok(()),
        }
    }
}

/// A length in characters, in front of a text that `upper()` has made.
fn counts_characters(mut stream: TcpStream) -> io::Result<()> {
    while let Ok(Some(payload)) = read_frame(&mut stream) {
        let text = String::from_utf8_lossy(&payload).to_uppercase();
        let length = text.chars().count() as u32;
        stream.write_all(&length.to_be_bytes())?;
        stream.write_all(text.as_bytes())?;
    }
    Ok(())
}

/// Sends what fits at the moment, and does not look how much that was.
fn drops_what_does_not_fit(mut stream: TcpStream) -> io::Result<()> {
    loop {
        stream.set_nonblocking(false)?;
        let Ok(Some(payload)) = read_frame(&mut stream) else { return Ok(()) };
        stream.set_nonblocking(true)?;
        let _ = answer(&mut stream, &payload);
    }
}

/// Nobody may think for longer than a second.
fn throws_out_the_silent(stream: TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(std::time::Duration::from_secs(1)))?;
    right(stream)
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
        let (mut rest, mut taken) = (&all[..], 0);
        while let Ok(Some(payload)) = read_frame(&mut rest) {
            answer(&mut stream, &payload)?;
            taken = all.len() - rest.len();
        }
        all.drain(..taken);
    }
}

#[rustfmt::skip] // a wrong program on a line
const WRONG: &[Wrong<Serve>] = &[
    (|l| in_turn(l, spins), "demo.close", "leave that client's loop"),
    (|l| threads(l, one_read), "glued", "is the next frame"),
    (|l| threads(l, single_reads), "demo.cut", "less than you asked"),
    (|l| threads(l, single_prefix), "demo.cut", "was cut behind byte"),
    (|l| threads(l, single_reads), "one-byte", "less than you asked"),
    (|l| threads(l, single_reads), "longest", "less than you asked"),
    (|l| threads(l, single_reads), "hundred-frames", "less than you asked"),
    (|l| threads(l, believes), "empty-frame", "No message of this course is empty"),
    (|l| threads(l, believes), "demo.too-long", "Nobody has to believe it"),
    (|l| threads(l, believes), "half-frame", "An answer to half a message"),
    (|l| in_turn(l, right), "three-clients", "serve each connection"),
    (|l| threads(l, farewell), "goodbye", "close the connection, too"),
    (|l| threads(l, lowest_first), "demo.frame", "lowest byte first"),
    (|l| threads(l, counts_characters), "demo.bytes", "counts bytes"),
    (|l| threads(l, |s| changes(s, |p| (p.len() < 65_536).then_some(p))),
        "longest", "one too small"),
    (|l| threads(l, |s| changes(s, Some)), "demo.one-too-long", "this one had 65537"),
    (|l| threads(l, |s| changes(s, |p| (!p.is_empty()).then_some(p))),
        "demo.one-too-long", "this one had 65537"),
    (|l| threads(l, |s| changes(s, Some)), "empty-frame", "Answer nothing"),
    (|l| threads(l, drops_what_does_not_fit), "late-reader", "sendall, not send"),
    (|l| threads(l, one_buffer), "half-way", "a buffer for each"),
    (|l| threads(l, throws_out_the_silent), "silent-client", "no reason to"),
];

#[test]
fn every_check_catches_its_wrong_server() {
    prove_tcp(Lesson::StickyPacketDemo, WRONG);
}

#[test]
fn a_right_server_passes_all() {
    passes(Lesson::StickyPacketDemo, |l| threads(l, right));
}
