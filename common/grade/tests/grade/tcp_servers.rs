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
    let (mut buffer, mut total, mut late) = ([0; 1024], 0, Vec::new());
    if m == "answers in a pause" {
        stream.set_read_timeout(Some(Duration::from_millis(200)))?;
    }
    loop {
        let n = match stream.read(&mut buffer) {
            // As the original, which has no test for the end.
            Ok(0) if m == "in turn, spins" => spin(),
            Ok(0) => return stream.write_all(&late),
            Err(_) if m == "answers in a pause" => {
                stream.write_all(&mem::take(&mut late))?;
                continue;
            }
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
            "answers at the end" | "answers in a pause" => late.extend(answer),
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
            "the first piece only" if total > n => stream.write_all(piece)?,
            _ => write(&mut stream, &answer, m)?,
        }
    }
}

#[test]
fn wrong_servers_are_caught_and_a_right_one_passes() {
    prove_servers(Lesson::TcpEcho, server);
}
