//! Clients of lesson 2: a right one, and those of `wrong/udp-echo-client.txt`.

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use grade::{Client, Lesson, Task};

use crate::mistakes::limit;
use crate::proof::{RIGHT, prove_clients};

fn converse(task: &Task, m: &str) -> Result<Vec<u8>, String> {
    let mut output = Vec::new();
    let input = &task.input[..];
    let lines: Vec<&[u8]> = match m {
        "sends all at once" => vec![input],
        "cuts lines" => input.trim_ascii().chunks(100).collect(),
        "sends the newline" => input.split_inclusive(|b| *b == b'\n').collect(),
        "ends when empty" => vec![input.split(|b| *b == b'\n').next().unwrap()],
        "strips" => input.trim_ascii().split(|b| *b == b'\n').collect(),
        _ => input[..input.len() - 1].split(|b| *b == b'\n').collect(),
    };
    let mut stale = vec![0; 99];
    let shared = UdpSocket::bind("127.0.0.1:0").unwrap();
    if m == "asks ahead" {
        lines.iter().for_each(|line| _ = shared.send_to(line, task.addr));
    }
    for line in lines {
        if line.is_empty() && m == "skips empty lines" {
            continue;
        }
        match ask(task, line, &shared, m) {
            Some(answer) if m == "prints its buffer" => {
                stale.splice(..answer.len().min(stale.len()), answer);
                output.extend([&stale[..], b"\n"].concat());
            }
            Some(a) if m == "trims answers" => output.extend(a.trim_ascii()),
            Some(answer) => output.extend([&answer[..], b"\n"].concat()),
            None if m == "stops at the first" => return Err("timed out".into()),
            None if m == "says it on stdout" => output.extend(b"gave up\n"),
            None => {}
        }
    }
    match m {
        "prints nothing" => Ok(Vec::new()),
        "fails at the end" => Err("EOFError".into()),
        _ => Ok(output),
    }
}

fn ask(task: &Task, line: &[u8], one: &UdpSocket, m: &str) -> Option<Vec<u8>> {
    // The right client is patient: on a machine that is busy an answer takes longer.
    let (tries, wait) = if m == RIGHT { (3, 1000) } else { (4, 120) };
    let wait = Duration::from_millis(wait);
    for _ in 0..limit(m, "question").unwrap_or(tries) {
        let own = UdpSocket::bind("127.0.0.1:0").unwrap();
        let socket = if m.contains("one socket") { one } else { &own };
        socket.send_to(line, task.addr).unwrap();
        let mut buffer = vec![0; limit(m, "byte").unwrap_or(65_535)];
        let (mut all, mut end) = (Vec::new(), Instant::now() + wait);
        while Instant::now() < end {
            let left = (end - Instant::now()).max(Duration::from_nanos(1));
            socket.set_read_timeout(Some(left)).unwrap(); // which 0 is not
            let Ok((n, from)) = socket.recv_from(&mut buffer) else { break };
            if m == "begins again" {
                end = Instant::now() + wait;
            }
            // The right one also looks whether the answer belongs to its question.
            if m == RIGHT && buffer[..n] != line.to_ascii_uppercase() {
                continue;
            }
            // As a thread does that prints whatever it receives.
            if m == "one socket prints all" {
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

#[test]
fn wrong_clients_are_caught_and_a_right_one_passes() {
    prove_clients(Lesson::UdpEcho, |m| {
        Client::function(move |task| converse(task, m))
    });
}
