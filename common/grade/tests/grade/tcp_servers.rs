//! Each check of lesson 1 and a wrong server that fails it, with the message meant for
//! it.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use grade::proof::Wrong;
use grade::{Lesson, Server, serving};

use crate::proof::{in_turn, prove, spin, threads};

/// A server as a function.
type Serve = fn(TcpListener) -> io::Result<()>;

/// The communication loop: something is done for each piece; an error ends it.
fn talk(
    mut stream: TcpStream,
    mut answer: impl FnMut(&mut TcpStream, &[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut buffer = [0; 1024];
    loop {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        answer(&mut stream, &buffer[..n])?;
    }
}

/// A right one, as far as this many bytes.
fn first(stream: TcpStream, most: usize) -> io::Result<()> {
    let mut read = 0;
    talk(stream, |stream, piece| {
        read += piece.len();
        if read > most {
            return Err(ErrorKind::StorageFull.into());
        }
        stream.write_all(&piece.to_ascii_uppercase())
    })
}

fn upper(stream: TcpStream) -> io::Result<()> {
    first(stream, usize::MAX)
}

/// A thread for each client, and a change for each piece.
fn each(listener: TcpListener, change: fn(&[u8]) -> Vec<u8>) -> io::Result<()> {
    threads(listener, move |stream| {
        talk(stream, |stream, piece| stream.write_all(&change(piece)))
    })
}

/// A read may fail, a write not.
fn ends_with_a_write(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    while let Ok(n @ 1..) = stream.read(&mut buffer) {
        stream.write_all(&buffer[..n].to_ascii_uppercase())?;
    }
    Ok(())
}

/// The original's server: one client after the other, and no test for the end.
fn original(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    loop {
        let n = stream.read(&mut buffer)?;
        stream.write_all(&buffer[..n].to_ascii_uppercase())?;
        spin(); // without this it takes all of a processor
    }
}

/// Takes an empty line for a goodbye.
fn ends_at_an_empty_line(stream: TcpStream) -> io::Result<()> {
    talk(stream, |stream, piece| match piece.trim_ascii() {
        [] => Err(ErrorKind::InvalidInput.into()),
        _ => stream.write_all(&piece.to_ascii_uppercase()),
    })
}

/// Answers whole lines, as `readline` makes it easy.
fn whole_lines(mut stream: TcpStream) -> io::Result<()> {
    let lines = BufReader::new(stream.try_clone()?).split(b'\n');
    for line in lines {
        stream.write_all(&[&line?[..], b"\n"].concat().to_ascii_uppercase())?;
    }
    Ok(())
}

/// One read, one answer, goodbye.
fn one_answer(stream: TcpStream) -> io::Result<()> {
    talk(stream, |stream, piece| {
        stream.write_all(&piece.to_ascii_uppercase())?;
        Err(ErrorKind::Other.into())
    })
}

/// Sends the whole buffer, however little of it a read has filled.
fn whole_buffer(piece: &[u8]) -> Vec<u8> {
    let mut buffer = piece.to_ascii_uppercase();
    buffer.resize(1024, 0);
    buffer
}

/// What stands in front of this byte; as C's strlen sees a text.
fn up_to(piece: &[u8], end: u8) -> &[u8] {
    piece.split(|byte| *byte == end).next().unwrap_or_default()
}

/// What the original takes from `input().strip()`: no spaces around the text.
fn stripped(piece: &[u8]) -> Vec<u8> {
    piece.trim_ascii().to_ascii_uppercase()
}

fn nobody_ends(stream: TcpStream) -> io::Result<()> {
    upper(stream.try_clone()?)?;
    loop {
        thread::park(); // the stream stays open
        stream.peer_addr()?;
    }
}

/// A hundred are too many for it: ten have a place.
fn ten_at_most(listener: TcpListener) -> io::Result<()> {
    let mut kept = Vec::new();
    loop {
        let (stream, _) = listener.accept()?;
        if kept.len() < 10 {
            let served = stream.try_clone()?;
            thread::spawn(move || upper(served));
        }
        kept.push(stream);
    }
}

/// Every write may wait for its client, and the others wait for the lock.
fn one_writes(stream: TcpStream) -> io::Result<()> {
    static LOCK: Mutex<()> = Mutex::new(());
    talk(stream, |stream, piece| {
        let _nobody_else = LOCK.lock().unwrap();
        stream.write_all(&piece.to_ascii_uppercase())
    })
}

/// Says what it has to say when the client has finished.
fn at_the_end(mut stream: TcpStream) -> io::Result<()> {
    let mut all = Vec::new();
    stream.read_to_end(&mut all)?;
    stream.write_all(&all.to_ascii_uppercase())
}

/// Fails where the bytes are no text.
fn strict_text(stream: TcpStream) -> io::Result<()> {
    talk(stream, |stream, piece| {
        let text = std::str::from_utf8(piece);
        let text = text.map_err(|_| ErrorKind::InvalidData)?;
        stream.write_all(text.to_ascii_uppercase().as_bytes())
    })
}

/// A write that takes what it can, and a server that does not look how much that was.
fn drops_what_does_not_fit(stream: TcpStream) -> io::Result<()> {
    talk(stream, |stream, piece| {
        stream.set_nonblocking(true)?;
        let _ = stream.write(&piece.to_ascii_uppercase());
        stream.set_nonblocking(false)
    })
}

/// Nobody may think for longer than a second.
fn throws_out_the_silent(stream: TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    upper(stream)
}

/// One buffer for all clients; a line is answered when it is whole.
fn one_buffer(stream: TcpStream) -> io::Result<()> {
    static ALL: Mutex<Vec<u8>> = Mutex::new(Vec::new());
    talk(stream, |stream, piece| {
        let mut all = ALL.lock().unwrap();
        all.extend(piece.to_ascii_uppercase());
        if all.ends_with(b"\n") {
            stream.write_all(&all)?;
            all.clear();
        }
        Ok(())
    })
}

#[rustfmt::skip] // a wrong program on a line
const WRONG: &[Wrong<Serve>] = &[
    (|l| each(l, <[u8]>::to_vec), "echo.line", "with a to z as A to Z"),
    (|l| threads(l, at_the_end), "echo.line", "waits for the end"),
    (|l| each(l, stripped), "echo.line", "All but the newline came"),
    (|l| in_turn(l, original), "echo.close", "The next one was not"),
    (|l| threads(l, one_answer), "two-lines", "good for more than one"),
    (|l| each(l, whole_buffer), "two-lines", "not the whole buffer"),
    (|l| threads(l, whole_lines), "no-newline", "waits for one"),
    (|l| each(l, stripped), "empty-line", "do not strip it"),
    (|l| threads(l, ends_at_an_empty_line), "empty-line", "An empty line is not the end"),
    (|l| each(l, stripped), "spaces", "the spaces at both ends"),
    (|l| each(l, |p| p.split(|b| *b == b'\r').collect::<Vec<_>>().concat()
        .to_ascii_uppercase()), "spaces", "(0d 0a)"),
    (|l| each(l, |p| String::from_utf8_lossy(p).to_uppercase().into()),
        "echo.bytes", "do not decode them"),
    (|l| each(l, |p| up_to(p, 0).to_ascii_uppercase()), "echo.bytes", "not strlen"),
    (|l| threads(l, strict_text), "echo.bytes", "need not be text"),
    (|l| each(l, |p| [p.trim_ascii_end(), b"\n"].concat().to_ascii_uppercase()),
        "one-byte", "a part of a line"),
    (|l| each(l, |p| [up_to(p, b'\n'), b"\n"].concat().to_ascii_uppercase()),
        "many-lines", "several lines"),
    (|l| threads(l, |s| first(s, 2000)), "3000-bytes", "go on reading until"),
    (|l| threads(l, at_the_end), "megabyte", "before you read the next one"),
    (|l| threads(l, |s| first(s, 100_000)), "megabyte", "no longest length"),
    (|l| threads(l, drops_what_does_not_fit), "late-reader", "sendall, not send"),
    (|l| threads(l, |s| first(s, 5000)), "half-close", "and still reads"),
    (|l| threads(l, nobody_ends), "half-close", "not an empty message"),
    (|l| threads(l, throws_out_the_silent), "silent-client", "may be typing"),
    (|l| in_turn(l, upper), "echo.reset", "as a program does that crashes"),
    (|l| in_turn(l, ends_with_a_write), "echo.leaves", "A write can fail"),
    (|l| in_turn(l, original), "second-client", "one after the other"),
    (|l| threads(l, one_buffer), "half-way", "a buffer for each"),
    (ten_at_most, "hundred-clients", "10 others are connected"),
    (|l| threads(l, one_writes), "never-reads", "waits in its write"),
];

#[test]
fn every_check_catches_its_wrong_server() {
    prove(Lesson::TcpEcho.checks(), WRONG, |check, serve, patience| {
        let addr = serving(*serve).unwrap();
        Server::at(addr).patience(patience).check(check)
    });
}

#[test]
fn a_right_server_passes_all() {
    let addr = serving(|listener| threads(listener, upper)).unwrap();
    grade::assert_passes(Lesson::TcpEcho, &mut Server::at(addr));
}

/// A client that closes over an unread byte sends a reset, and another check is about
/// those.
#[test]
fn a_server_that_a_reset_ends_is_not_blamed_for_it_by_the_check_of_a_close() {
    let addr = serving(|listener| in_turn(listener, upper)).unwrap();
    let mut checks = Lesson::TcpEcho.checks().iter();
    let close = checks.find(|check| check.id == "tcp-echo.close").unwrap();
    Server::at(addr).check(close).unwrap();
}
