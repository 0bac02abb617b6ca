//! cargo bench -p tcp-echo
//!
//! Is Rust faster? Round trips of one short line, beside a Python server of a few lines,
//! in turns. What both spend most of their time on is the same: the kernel.
#![allow(clippy::unwrap_used, reason = "a benchmark that fails panics")]

mod rates;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

const PYTHON: &str = "\
import socketserver, sys

class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(1024):
            self.request.sendall(data.upper())

class Server(socketserver.ThreadingTCPServer):
    request_queue_size = 300
    disable_nagle_algorithm = True

Server(('127.0.0.1', int(sys.argv[1])), Echo).serve_forever()
";

fn main() {
    let servers = rates::servers(env!("CARGO_BIN_EXE_tcp-echo"), PYTHON);
    rates::measure(&servers, |addr| {
        let mut stream = connect(addr)?;
        stream.set_nodelay(true)?;
        Ok(move || {
            let mut reply = [0; 6];
            stream.write_all(b"hello\n")?;
            stream.read_exact(&mut reply)?;
            assert_eq!(&reply, b"HELLO\n");
            Ok(())
        })
    });
}

/// Connects, within ten seconds: the server may not listen yet.
fn connect(addr: &str) -> std::io::Result<TcpStream> {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        match TcpStream::connect(addr) {
            Err(_) if Instant::now() < deadline => {
                thread::sleep(Duration::from_millis(10));
            }
            result => return result,
        }
    }
}
