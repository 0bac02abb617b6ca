//! Servers of lesson 2: a right one, and those of `wrong/udp-echo-server.txt`.

use std::net::UdpSocket;
use std::time::Duration;
use std::{io, mem, thread};

use grade::{Lesson, Server};

use crate::mistakes::{change, limit};
use crate::proof::{Mistake, prove_servers};

fn server(m: Mistake) -> Server {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let addr = socket.local_addr().unwrap();
    thread::spawn(move || serve(&socket, m));
    Server::at(addr)
}

fn serve(socket: &UdpSocket, m: &str) -> io::Result<()> {
    let mut buffer = vec![0; limit(m, "byte").unwrap_or(65_535)];
    // One, as lesson 1's loop inside a loop has; or as many as `listen(5)` seemed to say.
    let most = limit(m, "client").unwrap_or(usize::MAX);
    let (mut clients, mut all) = (Vec::new(), Vec::new());
    if m == "connects to the first" {
        let (_, client) = socket.peek_from(&mut buffer)?;
        socket.connect(client)?;
    }
    for _ in 0..limit(m, "datagram").unwrap_or(usize::MAX) {
        let (n, from) = socket.recv_from(&mut buffer)?;
        if m == "ends in silence" {
            socket.set_read_timeout(Some(Duration::from_secs(1)))?;
        }
        if !clients.contains(&from) && clients.len() < most {
            clients.push(from);
        }
        if !clients.contains(&from) || (n == 0 && m == "empty is the end") {
            continue;
        }
        if m == "one packet" {
            buffer.truncate(n); // as a packet of Java that carries the answer back
        }
        let mut answer = match m {
            "empty is the answer" => Vec::new(),
            // As C's strlen, where nobody clears the buffer.
            "never clears" => change(&buffer, "ends at a byte 0"),
            _ => change(&buffer[..n + limit(m, "zero").unwrap_or(0)], m),
        };
        // As if datagrams were a stream.
        if m == "collects" {
            all.extend(answer);
            if all.len() < 100 {
                continue;
            }
            answer = mem::take(&mut all);
        }
        match m {
            "another port" => UdpSocket::bind("127.0.0.1:0")?,
            _ => socket.try_clone()?,
        }
        .send_to(&answer, from)?;
        if m == "answers twice" {
            socket.send_to(&answer, from)?;
        }
    }
    Ok(())
}

#[test]
fn wrong_servers_are_caught_and_a_right_one_passes() {
    prove_servers(Lesson::UdpEcho, server);
}
