//! Servers of lesson 1: a right one, and those of `wrong/tcp-echo-server.txt`.

use std::io::{self, ErrorKind, Read, Write};
use std::mem;
use std::net::TcpStream;
use std::sync::Mutex;
use std::time::Duration;

use grade::{Lesson, Server};

use crate::mistakes::{change, limit, write};
use crate::proof::{Mistake, prove_servers, serving, spin};

fn server(m: Mistake) -> Server {
    serving(m, move |stream| talk(stream, m))
}

/// The communication loop: an answer for each piece; an error ends it.
fn talk(mut stream: TcpStream, m: &str) -> io::Result<()> {
    static ALL: Mutex<Vec<u8>> = Mutex::new(Vec::new());
    static LOCK: Mutex<()> = Mutex::new(());
    if m == "answers at the end" {
        let mut all = Vec::new();
        stream.read_to_end(&mut all)?;
        return stream.write_all(&all.to_ascii_uppercase());
    }
    if m == "waits for a pause" {
        return in_pauses(stream);
    }
    let (mut buffer, mut total) = ([0; 1024], 0);
    loop {
        let n = match stream.read(&mut buffer) {
            // As the original, which has no test for the end.
            Ok(0) if m == "in turn, spins" => {
                spin();
                continue;
            }
            Ok(0) => return Ok(()),
            Err(_) if m == "in turn, a failed write ends it" => return Ok(()),
            read => read?,
        };
        total += n;
        let piece = &buffer[..n];
        let fails = match m {
            "an empty line is the end" => piece.trim_ascii().is_empty(),
            "fails where it is no text" => std::str::from_utf8(piece).is_err(),
            _ => total > limit(m, "byte").unwrap_or(total),
        };
        if fails {
            return Err(ErrorKind::InvalidData.into());
        }
        let answer = change(piece, m);
        match m {
            // It has what any client has sent, until a line is whole.
            "one buffer" => {
                let mut all = ALL.lock().unwrap();
                all.extend(answer);
                if all.ends_with(b"\n") {
                    stream.write_all(&mem::take(&mut *all))?;
                }
            }
            // It may wait for its client, and the others wait for the lock.
            "one writes" => {
                let _nobody_else = LOCK.lock().unwrap();
                stream.write_all(&answer)?;
            }
            _ => write(&mut stream, &answer, m)?,
        }
    }
}

/// Collects what comes until nothing has come for a while.
fn in_pauses(mut stream: TcpStream) -> io::Result<()> {
    let (mut all, mut buffer) = (Vec::new(), [0; 1024]);
    stream.set_read_timeout(Some(Duration::from_millis(200)))?;
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(n) => all.extend(&buffer[..n]),
            _ => stream.write_all(&mem::take(&mut all).to_ascii_uppercase())?,
        }
    }
}

#[test]
fn wrong_servers_are_caught_and_a_right_one_passes() {
    prove_servers(Lesson::TcpEcho, server);
}
