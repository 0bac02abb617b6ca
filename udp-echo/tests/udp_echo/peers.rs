//! The two ends of a conversation, as the tests play them.

use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use testing::{Finished, PATIENCE, Server, run};

pub const BIN: &str = env!("CARGO_BIN_EXE_udp-echo");

pub fn client(addr: &str, more: &[&str], input: &[u8]) -> Finished {
    run(BIN, &[&["client", "--addr", addr], more].concat(), input)
}

/// A socket without our programs in between.
pub fn raw() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

/// Our client, asking `server` while the test plays the server.
pub fn asking(
    server: &UdpSocket,
    more: &'static [&str],
    input: &'static [u8],
) -> JoinHandle<Finished> {
    let addr = server.local_addr().unwrap().to_string();
    thread::spawn(move || client(&addr, more, input))
}

pub fn received(socket: &UdpSocket) -> (Vec<u8>, SocketAddr) {
    let mut buffer = vec![0; 65_535];
    let (n, from) = loop {
        match socket.recv_from(&mut buffer) {
            Err(e) if e.kind() == ErrorKind::Interrupted => {} // by a signal
            received => break received.unwrap(),
        }
    };
    buffer.truncate(n);
    (buffer, from)
}

/// Sends a datagram and returns the answer. Asks again: even on one machine a
/// datagram can be lost.
pub fn ask(server: &Server, question: &[u8]) -> Vec<u8> {
    let socket = raw();
    socket.connect(&server.addr).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
    let mut answer = vec![0; 65_535];
    let mut tries = 0..10;
    let came = tries.find_map(|_| {
        socket.send(question).unwrap();
        socket.recv(&mut answer).ok()
    });
    answer.truncate(came.unwrap());
    answer
}
