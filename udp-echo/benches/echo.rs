//! cargo bench -p udp-echo
//!
//! Is Rust faster? Round trips of one short datagram, beside a Python server of a few
//! lines, in turns. What both spend most of their time on is the same: the kernel.
#![allow(clippy::unwrap_used, reason = "a benchmark that fails panics")]

#[path = "../../tcp-echo/benches/echo/rates.rs"]
mod rates;

use std::io;
use std::net::UdpSocket;
use std::time::Duration;

const PYTHON: &str = "\
import socketserver, sys

class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        data, sock = self.request
        sock.sendto(data.upper(), self.client_address)

socketserver.UDPServer(('127.0.0.1', int(sys.argv[1])), Echo).serve_forever()
";

fn main() {
    let servers = rates::servers(env!("CARGO_BIN_EXE_udp-echo"), PYTHON);
    rates::measure(&servers, |addr| {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.set_read_timeout(Some(Duration::from_millis(100)))?;
        let addr = addr.to_string();
        Ok(move || round_trip(&socket, &addr))
    });
}

/// A datagram can get lost, when the server has too many to hold or is not there yet:
/// then once more.
fn round_trip(socket: &UdpSocket, addr: &str) -> io::Result<()> {
    let mut reply = [0; 64];
    for _ in 0..100 {
        socket.send_to(b"hello", addr)?;
        if let Ok((n, _)) = socket.recv_from(&mut reply) {
            assert_eq!(&reply[..n], b"HELLO");
            return Ok(());
        }
    }
    Err(io::ErrorKind::TimedOut.into())
}
