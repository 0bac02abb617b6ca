//! Each check of lesson 2 and a wrong server that fails it, with the message meant for
//! it.

use std::io;
use std::net::UdpSocket;
use std::time::Duration;

use grade::proof::Wrong;
use grade::{Lesson, Server};

use crate::mistakes::change;
use crate::proof::prove;

/// A server, and what it does wrong.
fn serve(socket: UdpSocket, m: &str) -> io::Result<()> {
    let (room, most) = match m {
        "1024 bytes" => (1024, usize::MAX),
        "4096 bytes" => (4096, usize::MAX),
        // Lesson 1's loop inside a loop, copied.
        "one client" => (65_535, 1),
        // As many as `listen(5)` seemed to say.
        "five clients" => (65_535, 5),
        _ => (65_535, usize::MAX),
    };
    let mut buffer = vec![0; room];
    let (mut clients, mut all) = (Vec::new(), Vec::new());
    if m == "connects to the first" {
        let (_, client) = socket.peek_from(&mut buffer)?;
        socket.connect(client)?;
    }
    loop {
        // Where nobody asks for so long, this server ends.
        socket.set_read_timeout(match m {
            "ends in silence" if !clients.is_empty() => Some(SECOND),
            _ => None,
        })?;
        let (n, from) = socket.recv_from(&mut buffer)?;
        if !clients.contains(&from) {
            clients.push(from);
        }
        let place = clients.iter().position(|client| *client == from);
        if place >= Some(most) || (n == 0 && m == "empty is the end") {
            continue;
        }
        if m == "one packet" {
            buffer.truncate(n); // as a packet of Java that carries the answer back
        }
        let answer = match m {
            "empty is the answer" => Vec::new(),
            // As C's strlen, where nobody clears the buffer.
            "never clears" => {
                let mut all = buffer.split(|byte| *byte == 0);
                all.next().unwrap().to_ascii_uppercase()
            }
            _ => change(&buffer[..n], m),
        };
        match m {
            "another port" => {
                UdpSocket::bind("127.0.0.1:0")?.send_to(&answer, from)?;
            }
            // As if datagrams were a stream.
            "collects" => {
                all.extend(answer);
                if all.len() > 100 {
                    socket.send_to(&std::mem::take(&mut all), from)?;
                }
            }
            _ => {
                socket.send_to(&answer, from)?;
                if m == "answers twice" {
                    socket.send_to(&answer, from)?;
                }
            }
        }
    }
}

const SECOND: Duration = Duration::from_secs(1);

/// A datagram that is longer than the buffer is an error on Windows.
const CUT: &str =
    if cfg!(windows) { "fails on some systems" } else { "cut off, and lost" };

const WRONG: &[Wrong<&str>] = &[
    ("empty is the answer", "answer", "with a to z as A to Z"),
    ("copies", "datagram", "with a to z as A to Z"),
    ("never clears", "datagram", "no more and no less"),
    ("all but z", "datagram", "with a to z as A to Z"),
    ("one packet", "datagram", "take a new one"),
    ("answers twice", "echo.answer", "send it once"),
    ("one client", "turns", "One socket serves all of them"),
    ("connects to the first", "turns", "connect the socket to nobody"),
    ("swaps capitals", "echo.bytes", "A to Z are capitals already"),
    ("decodes", "echo.bytes", "do not decode them"),
    ("strips", "echo.bytes", "do not strip"),
    ("ends at a byte 0", "echo.bytes", "not strlen"),
    ("empty is the end", "echo.empty", "a message like any other"),
    ("collects", "fifty", "collect nothing"),
    ("1024 bytes", "1025-bytes", CUT),
    ("4096 bytes", "longest", CUT),
    ("another port", "same-port", "is a stranger"),
    ("five clients", "gone", "no reason to wait"),
    ("ends in silence", "gone", "silence is no reason"),
    ("five clients", "crowd", "waits for nothing else"),
];

fn server(m: &'static str) -> Server {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let addr = socket.local_addr().unwrap();
    std::thread::spawn(move || serve(socket, m));
    Server::at(addr)
}

#[test]
fn wrong_servers_are_caught_and_a_right_one_passes() {
    prove(Lesson::UdpEcho.checks(), WRONG, |m, exam, check| {
        server(m).patience(exam.patience).check(check)
    });
}
