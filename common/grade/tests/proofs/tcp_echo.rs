//! Each check of lesson 1 and a wrong server that fails it, with the message meant for
//! it.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use grade::Lesson;

use crate::proof::{Wrong, prove, spin};

/// Serves each connection in a thread of its own.
fn threads(
    listener: TcpListener,
    talk: fn(TcpStream) -> io::Result<()>,
) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept()?;
        thread::spawn(move || talk(stream));
    }
}

/// Serves one connection after the other; an error ends the server.
fn in_turn(
    listener: TcpListener,
    talk: fn(TcpStream) -> io::Result<()>,
) -> io::Result<()> {
    loop {
        talk(listener.accept()?.0)?;
    }
}

/// The communication loop, with a change for each piece.
fn pieces(
    mut stream: TcpStream,
    change: fn(&[u8]) -> Vec<u8>,
) -> io::Result<()> {
    let mut buffer = [0; 1024];
    loop {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        stream.write_all(&change(&buffer[..n]))?;
    }
}

fn upper(stream: TcpStream) -> io::Result<()> {
    pieces(stream, |piece| piece.to_ascii_uppercase())
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

/// What the original takes from `input().strip()`: no spaces around the text.
fn stripped(stream: TcpStream) -> io::Result<()> {
    pieces(stream, |piece| piece.trim_ascii().to_ascii_uppercase())
}

/// Takes an empty line for a goodbye.
fn ends_at_an_empty_line(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    loop {
        let n = stream.read(&mut buffer)?;
        if buffer[..n].trim_ascii().is_empty() {
            return Ok(());
        }
        stream.write_all(&buffer[..n].to_ascii_uppercase())?;
    }
}

fn decoded(stream: TcpStream) -> io::Result<()> {
    pieces(stream, |piece| {
        String::from_utf8_lossy(piece).to_uppercase().into_bytes()
    })
}

fn unchanged(stream: TcpStream) -> io::Result<()> {
    pieces(stream, <[u8]>::to_vec)
}

/// Takes each read for a line, and ends it with a newline.
fn a_line_a_read(stream: TcpStream) -> io::Result<()> {
    pieces(stream, |piece| {
        [piece.trim_ascii_end(), b"\n"].concat().to_ascii_uppercase()
    })
}

/// Takes each read for one line, and answers the first.
fn first_line_only(stream: TcpStream) -> io::Result<()> {
    pieces(stream, |piece| {
        let mut lines = piece.split_inclusive(|byte| *byte == b'\n');
        lines.next().unwrap().to_ascii_uppercase()
    })
}

/// Answers whole lines, as `readline` makes it easy.
fn whole_lines(mut stream: TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        stream.write_all(&line.to_ascii_uppercase())?;
        line.clear();
    }
    Ok(())
}

/// One read, one answer, goodbye.
fn one_answer(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    let n = stream.read(&mut buffer)?;
    stream.write_all(&buffer[..n].to_ascii_uppercase())?;
    stream.shutdown(Shutdown::Write)?;
    stream.read_to_end(&mut Vec::new())?;
    Ok(())
}

/// Sends the whole buffer, however little of it a read has filled.
fn whole_buffer(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    while stream.read(&mut buffer)? > 0 {
        stream.write_all(&buffer.to_ascii_uppercase())?;
    }
    Ok(())
}

/// Answers as far as its buffer reaches, and drops what is behind it.
fn drops_the_rest(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    loop {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        stream.write_all(&buffer[..n].to_ascii_uppercase())?;
        if n == buffer.len() {
            stream.read(&mut [0; 65_536])?;
        }
    }
}

/// Takes the end of the questions for the end of the conversation.
fn leaves_at_once(mut stream: TcpStream) -> io::Result<()> {
    let mut all = Vec::new();
    let mut buffer = [0; 1024];
    loop {
        let n = stream.read(&mut buffer)?;
        all.extend_from_slice(&buffer[..n]);
        if n == 0 {
            return Ok(());
        }
        if all.len() < 5000 {
            stream.write_all(&buffer[..n].to_ascii_uppercase())?;
        }
    }
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

/// One loop for all, and every call in it may wait for one of them.
fn one_loop(listener: TcpListener) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let mut streams: Vec<TcpStream> = Vec::new();
    let mut buffer = [0; 65_536];
    loop {
        if let Ok((stream, _)) = listener.accept() {
            streams.push(stream);
        }
        let mut idle = true;
        for stream in &mut streams {
            stream.set_nonblocking(true)?;
            if let Ok(n @ 1..) = stream.read(&mut buffer) {
                idle = false;
                stream.set_nonblocking(false)?;
                let _ = stream.write_all(&buffer[..n].to_ascii_uppercase());
            }
        }
        if idle {
            spin();
        }
    }
}

const WRONG: &[Wrong] = &[
    Wrong::tcp("a line comes back", "with a to z as A to Z", |l| {
        threads(l, unchanged)
    }),
    Wrong::tcp("two lines, one after", "good for more than one", |l| {
        threads(l, one_answer)
    }),
    Wrong::tcp("two lines, one after", "not the whole buffer", |l| {
        threads(l, whole_buffer)
    }),
    Wrong::tcp("a client that closes", "The next one was not", |l| {
        in_turn(l, original)
    }),
    Wrong::tcp("an empty line", "do not strip it", |l| threads(l, stripped)),
    Wrong::tcp("an empty line", "An empty line is not the end", |l| {
        threads(l, ends_at_an_empty_line)
    }),
    Wrong::tcp("bytes that are no text", "do not decode them", |l| {
        threads(l, decoded)
    }),
    Wrong::tcp("does not wait for a newline", "waits for one", |l| {
        threads(l, whole_lines)
    }),
    Wrong::tcp("one byte at a time", "a part of a line", |l| {
        threads(l, a_line_a_read)
    }),
    Wrong::tcp("many lines in one write", "several lines", |l| {
        threads(l, first_line_only)
    }),
    Wrong::tcp("3000 bytes", "go on reading until", |l| {
        threads(l, drops_the_rest)
    }),
    Wrong::tcp("1 MB", "before you read the next one", |l| {
        threads(l, whole_lines)
    }),
    Wrong::tcp("has finished sending", "and still reads", |l| {
        threads(l, leaves_at_once)
    }),
    Wrong::tcp("has finished sending", "not an empty message", |l| {
        threads(l, nobody_ends)
    }),
    Wrong::tcp("a client that resets", "as a program does that crashes", |l| {
        in_turn(l, upper)
    }),
    Wrong::tcp("in the middle of its answer", "A write can fail", |l| {
        in_turn(l, upper)
    }),
    Wrong::tcp("in the middle of its answer", "A write can fail", |l| {
        in_turn(l, ends_with_a_write)
    }),
    Wrong::tcp("a second client", "one after the other", |l| {
        in_turn(l, original)
    }),
    Wrong::tcp("a hundred clients", "99 others are connected", ten_at_most),
    Wrong::tcp("never reads", "waits in its write", one_loop),
];

#[test]
fn every_check_catches_its_wrong_server() {
    prove(WRONG, Lesson::TcpEcho.checks());
}

#[test]
fn a_right_server_passes_all() {
    crate::proof::passes(Lesson::TcpEcho, |listener| threads(listener, upper));
}

/// As an exercise asks for one thing: a server that serves in turn passes that.
#[test]
fn a_check_can_be_asked_for_by_its_name() {
    let addr = grade::serving(|listener| in_turn(listener, upper)).unwrap();
    let mut server = grade::Server::at(addr);
    grade::assert_server(Lesson::TcpEcho, "many_lines", &mut server);
}

#[test]
#[should_panic(expected = "serves one after the other")]
fn a_failed_one_panics_with_what_it_has_found() {
    let addr = grade::serving(|listener| in_turn(listener, upper)).unwrap();
    let patience = std::time::Duration::from_millis(300);
    let mut server = grade::Server::at(addr).patience(patience);
    grade::assert_server(Lesson::TcpEcho, "a_second_client", &mut server);
}
