//! Each check of lesson 2 and a wrong server that fails it, with the message meant for
//! it.

use std::io;
use std::net::{SocketAddr, UdpSocket};

use grade::proof::Wrong;
use grade::{Lesson, Server};

use crate::proof::prove;

type Serve = fn(UdpSocket) -> io::Result<()>;

/// The loop, with a buffer of this size, and something done for each datagram.
fn each(
    socket: UdpSocket,
    buffer: usize,
    mut answer: impl FnMut(&UdpSocket, &[u8], SocketAddr) -> io::Result<usize>,
) -> io::Result<()> {
    let mut buffer = vec![0; buffer];
    loop {
        let (n, from) = socket.recv_from(&mut buffer)?;
        answer(&socket, &buffer[..n], from)?;
    }
}

/// Something for each datagram.
fn changed(socket: UdpSocket, change: fn(&[u8]) -> Vec<u8>) -> io::Result<()> {
    each(socket, 65_535, |socket, data, from| {
        socket.send_to(&change(data), from)
    })
}

/// A right one with a buffer of this size.
fn room_for(socket: UdpSocket, buffer: usize) -> io::Result<()> {
    each(socket, buffer, |socket, data, from| {
        socket.send_to(&data.to_ascii_uppercase(), from)
    })
}

/// Lesson 1's test for the end of the stream, copied.
fn empty_is_the_end(socket: UdpSocket) -> io::Result<()> {
    each(socket, 65_535, |socket, data, from| match data {
        [] => Ok(0),
        _ => socket.send_to(&data.to_ascii_uppercase(), from),
    })
}

/// Collects, as if datagrams were a stream.
fn collects(socket: UdpSocket) -> io::Result<()> {
    let mut all = Vec::new();
    each(socket, 1024, |socket, data, from| {
        all.extend(data.to_ascii_uppercase());
        if all.len() <= 100 {
            return Ok(0);
        }
        socket.send_to(&std::mem::take(&mut all), from)
    })
}

/// A new socket for each answer.
fn another_port(socket: UdpSocket) -> io::Result<()> {
    each(socket, 65_535, |_, data, from| {
        UdpSocket::bind("127.0.0.1:0")?
            .send_to(&data.to_ascii_uppercase(), from)
    })
}

/// Serves its first clients only: as lesson 1's loop inside a loop, copied, or as many
/// as `listen(5)` seemed to say.
fn first_clients(socket: UdpSocket, most: usize) -> io::Result<()> {
    let mut clients = Vec::new();
    each(socket, 65_535, |socket, data, from| {
        if clients.len() < most && !clients.contains(&from) {
            clients.push(from);
        }
        if clients.contains(&from) {
            return socket.send_to(&data.to_ascii_uppercase(), from);
        }
        Ok(0)
    })
}

/// Connects to its first client, as `nc -lu` does.
fn connects(socket: UdpSocket) -> io::Result<()> {
    let (_, client) = socket.peek_from(&mut [0; 65_535])?;
    socket.connect(client)?;
    room_for(socket, 65_535)
}

/// A datagram that is longer than the buffer is an error on Windows.
const CUT: &str =
    if cfg!(windows) { "fails on some systems" } else { "cut off, and lost" };

#[rustfmt::skip] // a wrong program on a line
const WRONG: &[Wrong<Serve>] = &[
    (|s| changed(s, <[u8]>::to_vec), "datagram", "with a to z as A to Z"),
    (|s| first_clients(s, 1), "turns", "One socket serves all of them"),
    (connects, "turns", "connect the socket to nobody"),
    (|s| changed(s, |d| String::from_utf8_lossy(d).to_uppercase().into()),
        "echo.bytes", "do not decode them"),
    (|s| changed(s, |d| d.trim_ascii().to_ascii_uppercase()),
        "echo.bytes", "do not strip"),
    (|s| changed(s, |d| d.split(|b| *b == 0).next().unwrap().to_ascii_uppercase()),
        "echo.bytes", "not strlen"),
    (empty_is_the_end, "echo.empty", "a message like any other"),
    (collects, "fifty", "collect nothing"),
    (|s| room_for(s, 1024), "1025-bytes", CUT),
    (|s| room_for(s, 4096), "longest", CUT),
    (another_port, "same-port", "is a stranger"),
    (|s| first_clients(s, 5), "gone", "no reason to wait"),
    (|s| first_clients(s, 5), "crowd", "waits for nothing else"),
];

fn served(serve: Serve) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let addr = socket.local_addr().unwrap();
    std::thread::spawn(move || serve(socket));
    addr
}

#[test]
fn every_check_catches_its_wrong_server() {
    prove(Lesson::UdpEcho.checks(), WRONG, |check, serve, patience| {
        Server::at(served(*serve)).patience(patience).check(check)
    });
}

#[test]
fn a_right_server_passes_all() {
    let addr = served(|socket| room_for(socket, 65_535));
    grade::assert_passes(Lesson::UdpEcho, &mut Server::at(addr));
}
