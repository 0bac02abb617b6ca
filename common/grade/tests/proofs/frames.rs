//! Each check of lesson 3 and a wrong server that fails it, with the message meant for
//! it.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use common::frame::{read_frame, write_frame};
use grade::Lesson;

use crate::proof::{Wrong, prove, spin};

fn threads(
    listener: TcpListener,
    talk: fn(TcpStream) -> io::Result<()>,
) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept()?;
        thread::spawn(move || talk(stream));
    }
}

fn in_turn(
    listener: TcpListener,
    talk: fn(TcpStream) -> io::Result<()>,
) -> io::Result<()> {
    loop {
        talk(listener.accept()?.0)?;
    }
}

fn answer(stream: &mut TcpStream, payload: &[u8]) -> io::Result<()> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    stream.write_all(&[&length, payload].concat().to_ascii_uppercase())
}

fn right(mut stream: TcpStream) -> io::Result<()> {
    while let Ok(Some(payload)) = read_frame(&mut stream) {
        write_frame(&mut stream, &payload.to_ascii_uppercase()).unwrap();
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

const WRONG: &[Wrong] = &[
    Wrong::tcp("a frame comes back", "makes a giant of 12", |l| {
        threads(l, lowest_first)
    }),
    Wrong::tcp("a client that closes", "leave that client's loop", |l| {
        in_turn(l, spins)
    }),
    Wrong::tcp("in one piece are told apart", "is the next frame", |l| {
        threads(l, one_read)
    }),
    Wrong::tcp("wherever the stream is cut", "less than you asked", |l| {
        threads(l, single_reads)
    }),
    Wrong::tcp("wherever the stream is cut", "was cut behind byte", |l| {
        threads(l, single_prefix)
    }),
    Wrong::tcp("one byte at a time", "less than you asked", |l| {
        threads(l, single_reads)
    }),
    Wrong::tcp("the longest frame", "less than you asked", |l| {
        threads(l, single_reads)
    }),
    Wrong::tcp("a hundred frames", "less than you asked", |l| {
        threads(l, single_reads)
    }),
    Wrong::tcp("a length of 0", "No message of this course is empty", |l| {
        threads(l, believes)
    }),
    Wrong::tcp("a length of 4 GiB", "Nobody has to believe it", |l| {
        threads(l, believes)
    }),
    Wrong::tcp("ends inside a frame", "An answer to half a message", |l| {
        threads(l, believes)
    }),
    Wrong::tcp("three clients at once", "serve each connection", |l| {
        in_turn(l, right)
    }),
    Wrong::tcp("a goodbye between", "close the connection, too", |l| {
        threads(l, farewell)
    }),
];

#[test]
fn every_check_catches_its_wrong_server() {
    prove(WRONG, Lesson::StickyPacketDemo.checks());
}

#[test]
fn a_right_server_passes_all() {
    crate::proof::passes(Lesson::StickyPacketDemo, |l| threads(l, right));
}
