//! Each check of lesson 2's client and a wrong client that fails it, with the message
//! meant for it.

use std::net::UdpSocket;
use std::time::Duration;

use grade::proof::Wrong;
use grade::{Client, Lesson, Task};

use crate::proof::prove_clients;

/// What the client does wrong.
#[derive(Clone, Copy, PartialEq)]
enum Mistake {
    None,
    SendsTheNewline,
    SendsAllAtOnce,
    SkipsEmptyLines,
    Receives1024,
    AsksOnce,
    NeverGivesUp,
    BelievesStrangers,
    OneSocket,
    StopsAtTheFirst,
    FailsAtTheEnd,
    Strips,
    SaysItOnStdout,
    AsksAtOnce,
}
use Mistake as M;

fn client(m: Mistake) -> Client {
    Client::function(move |task| converse(task, m))
}

fn socket() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(120))).unwrap();
    socket
}

fn converse(task: &Task, m: Mistake) -> Result<Vec<u8>, String> {
    let mut output = Vec::new();
    let input = task.input.clone();
    let lines: Vec<&[u8]> = match m {
        M::SendsAllAtOnce => vec![&input],
        M::SendsTheNewline => input.split_inclusive(|b| *b == b'\n').collect(),
        _ => {
            input.strip_suffix(b"\n").unwrap().split(|b| *b == b'\n').collect()
        }
    };
    let shared = socket();
    for line in lines {
        if line.is_empty() && m == M::SkipsEmptyLines {
            continue;
        }
        match ask(task, line, &shared, m) {
            Some(answer) => output.extend([&answer[..], b"\n"].concat()),
            None if m == M::StopsAtTheFirst => return Err("timed out".into()),
            None if m == M::SaysItOnStdout => output.extend(b"gave up\n"),
            None => {}
        }
    }
    if m == M::FailsAtTheEnd {
        return Err("EOFError".into());
    }
    Ok(output)
}

fn ask(
    task: &Task,
    line: &[u8],
    shared: &UdpSocket,
    m: Mistake,
) -> Option<Vec<u8>> {
    let line = if m == M::Strips { line.trim_ascii() } else { line };
    let tries = match m {
        M::AsksOnce => 1,
        M::NeverGivesUp => 100,
        _ => 4,
    };
    for _ in 0..tries {
        let own = socket();
        let socket = if m == M::OneSocket { shared } else { &own };
        socket.send_to(line, task.addr).unwrap();
        let room = if m == M::Receives1024 { 1024 } else { 65_535 };
        let mut buffer = vec![0; room];
        while let Ok((n, from)) = socket.recv_from(&mut buffer) {
            if from == task.addr || m == M::BelievesStrangers {
                return Some(buffer[..n].to_vec());
            }
            if m == M::AsksAtOnce {
                socket.send_to(line, task.addr).unwrap();
            }
        }
    }
    None
}

#[rustfmt::skip] // a wrong program on a line
const WRONG: &[Wrong<fn() -> Client>] = &[
    (|| client(M::SendsTheNewline), "client-line", "without its newline"),
    (|| client(M::SendsAllAtOnce), "two-lines", "a datagram of its own"),
    (|| client(M::SkipsEmptyLines), "client-empty", "a datagram of 0 bytes"),
    (|| client(M::Receives1024), "1500-bytes", "cut off, and lost"),
    (|| client(M::AsksOnce), "client-lost", "and ask again"),
    (|| client(M::NeverGivesUp), "gives-up", "Give up after"),
    (|| client(M::BelievesStrangers), "stranger", "from another address"),
    (|| client(M::OneSocket), "twice", "came twice"),
    (|| client(M::OneSocket), "late", "one of them late"),
    (|| client(M::StopsAtTheFirst), "goes-on", "an error of that line"),
    (|| client(M::FailsAtTheEnd), "clean-end", "is a clean end"),
    (|| client(M::Strips), "client-bytes", "not stripped"),
    (|| client(M::SaysItOnStdout), "gives-up", "Only answers belong on stdout"),
    (|| client(M::AsksAtOnce), "stranger", "asked again at once"),
];

#[test]
fn every_check_catches_its_wrong_client() {
    prove_clients(Lesson::UdpEcho, WRONG);
}

#[test]
fn a_right_client_passes_all() {
    grade::assert_client_passes(Lesson::UdpEcho, &client(M::None));
}
