//! Each check of lesson 2's client and a wrong client that fails it, with the message
//! meant for it.

use std::net::UdpSocket;
use std::time::Duration;

use grade::proof::Wrong;
use grade::{Client, Lesson, Task};

use crate::proof::prove;

/// A client, and what it does wrong.
fn client(m: &'static str) -> Client {
    Client::function(move |task| converse(task, m))
}

/// The right client is patient: on a machine that is busy an answer takes longer.
fn socket(m: &str) -> UdpSocket {
    let wait = Duration::from_millis(if m.is_empty() { 250 } else { 120 });
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(wait)).unwrap();
    socket
}

fn converse(task: &Task, m: &str) -> Result<Vec<u8>, String> {
    let mut output = Vec::new();
    let input = &task.input[..];
    let lines: Vec<&[u8]> = match m {
        "sends all at once" => vec![input],
        "cuts lines" => input.trim_ascii().chunks(100).collect(),
        "sends the newline" => input.split_inclusive(|b| *b == b'\n').collect(),
        "strips" => input.trim_ascii().split(|b| *b == b'\n').collect(),
        _ => input[..input.len() - 1].split(|b| *b == b'\n').collect(),
    };
    let (shared, mut stale) = (socket(m), Vec::new());
    for line in lines {
        if line.is_empty() && m == "skips empty lines" {
            continue;
        }
        match ask(task, line, &shared, m) {
            Some(answer) if m == "prints its buffer" => {
                stale.splice(..answer.len().min(stale.len()), answer);
                output.extend([&stale[..], b"\n"].concat());
            }
            Some(answer) => output.extend([&answer[..], b"\n"].concat()),
            None if m == "stops at the first" => return Err("timed out".into()),
            None if m == "says it on stdout" => output.extend(b"gave up\n"),
            None => {}
        }
    }
    if m == "prints nothing" {
        output.clear();
    }
    if m == "fails at the end" {
        return Err("EOFError".into());
    }
    Ok(output)
}

fn ask(
    task: &Task,
    line: &[u8],
    shared: &UdpSocket,
    m: &str,
) -> Option<Vec<u8>> {
    let tries = match m {
        "" => 5,
        "asks once" => 1,
        "never gives up" => 100,
        _ => 4,
    };
    for _ in 0..tries {
        let own = socket(m);
        let socket = if m == "one socket" { shared } else { &own };
        socket.send_to(line, task.addr).unwrap();
        let mut buffer = vec![0; if m == "1024 bytes" { 1024 } else { 65_535 }];
        let mut all = Vec::new();
        while let Ok((n, from)) = socket.recv_from(&mut buffer) {
            // The right one also looks whether the answer belongs to its question.
            if m.is_empty() && buffer[..n] != line.to_ascii_uppercase() {
                continue;
            }
            // As a thread does that prints whatever it receives.
            if m == "prints all that comes" {
                all.extend([&buffer[..n], b"\n"].concat());
            } else if from == task.addr || m == "believes strangers" {
                return Some(buffer[..n].to_vec());
            }
            if m == "asks at once" {
                socket.send_to(line, task.addr).unwrap();
            }
        }
        if !all.is_empty() {
            return Some(all);
        }
    }
    None
}

const WRONG: &[Wrong<&str>] = &[
    ("prints nothing", "client-line", "belongs on stdout"),
    ("sends the newline", "client-bytes", "without its newline"),
    ("sends all at once", "two-lines", "a datagram of its own"),
    ("skips empty lines", "client-empty", "a datagram of 0 bytes"),
    ("prints its buffer", "two-lines", "no part of the answer"),
    ("1024 bytes", "1500-bytes", "cut off, and lost"),
    ("cuts lines", "1500-bytes", "also where it is long"),
    ("asks once", "client-lost", "and ask again"),
    ("never gives up", "gives-up", "Give up after"),
    ("believes strangers", "stranger", "from another address"),
    ("prints all that comes", "stranger", "printed what the stranger sent"),
    ("prints all that comes", "twice", "was printed twice"),
    ("one socket", "twice", "came twice"),
    ("one socket", "late", "one of them late"),
    ("stops at the first", "goes-on", "an error of that line"),
    ("fails at the end", "clean-end", "is a clean end"),
    ("strips", "client-bytes", "not stripped"),
    ("says it on stdout", "gives-up", "Only answers belong on stdout"),
    ("asks at once", "stranger", "asked again at once"),
];

#[test]
fn wrong_clients_are_caught_and_a_right_one_passes() {
    prove(Lesson::UdpEcho.client_checks(), WRONG, |m, exam, check| {
        client(m).patience(exam.patience).check(check)
    });
}
