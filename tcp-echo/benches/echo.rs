//! cargo bench -p tcp-echo
//!
//! Is Rust faster? Round trips of one short line, beside a Python server of a few lines,
//! in turns: how many a second, and how long one takes, for one client and for many. What
//! both spend most of their time on is the same: the kernel.
#![allow(clippy::unwrap_used, reason = "a benchmark that fails panics")]

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use testing::Server;
use testing::raw::connect;

/// How long each measurement takes, and how many there are of each.
const SECONDS: f64 = 1.0;
const ROUNDS: usize = 5;

const PYTHON: &str = "\
import socketserver, sys

class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(1024):
            self.request.sendall(data.upper())

class Server(socketserver.ThreadingTCPServer):
    request_queue_size = 300
    disable_nagle_algorithm = True

server = Server(('127.0.0.1', 0), Echo)
print('listening on %s:%d' % server.server_address, file=sys.stderr, flush=True)
server.serve_forever()
";

fn main() {
    let rust = Server::start(env!("CARGO_BIN_EXE_tcp-echo"), &[]);
    let mut servers = vec![("Rust", rust)];
    let python = if cfg!(windows) { "python" } else { "python3" };
    match Command::new(python).arg("--version").output() {
        Ok(_) => {
            let server = Server::listening(python, &["-c", PYTHON]);
            servers.push(("Python", server));
        }
        Err(e) => println!("left out: Python: {e}"),
    }
    println!("clients  server  round trips/s   p50 us   p99 us");
    for clients in [1, 16, 256] {
        let mut rounds = vec![Vec::new(); servers.len()];
        for _ in 0..ROUNDS {
            for ((_, server), rounds) in servers.iter().zip(&mut rounds) {
                rounds.push(round(clients, &server.addr));
            }
        }
        for ((name, _), rounds) in servers.iter().zip(rounds) {
            let [rate, p50, p99] = [0, 1, 2].map(|n| {
                let mut column: Vec<f64> =
                    rounds.iter().map(|row: &[f64; 3]| row[n]).collect();
                column.sort_by(f64::total_cmp);
                column[ROUNDS / 2]
            });
            println!("{clients:>7}  {name:<6}{rate:>15.0}{p50:>9.0}{p99:>9.0}");
        }
    }
}

/// So many clients, each on a thread of its own: their round trips a second, and the
/// microseconds of one, at the median and at the 99th percentile.
fn round(clients: usize, addr: &str) -> [f64; 3] {
    let start = Barrier::new(clients);
    let client = || {
        let mut stream = connect(addr);
        round_trip(&mut stream).unwrap(); // the server is ready for this client
        start.wait();
        let started = Instant::now();
        let mut times = Vec::new();
        while started.elapsed() < Duration::from_secs_f64(SECONDS) {
            let before = Instant::now();
            round_trip(&mut stream).unwrap();
            times.push(before.elapsed().as_secs_f64() * 1e6);
        }
        times
    };
    let mut times: Vec<f64> = thread::scope(|scope| {
        let all: Vec<_> = (0..clients).map(|_| scope.spawn(client)).collect();
        all.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    times.sort_by(f64::total_cmp);
    let at = |part: f64| times[(times.len() as f64 * part) as usize];
    [times.len() as f64 / SECONDS, at(0.5), at(0.99)]
}

fn round_trip(stream: &mut TcpStream) -> io::Result<()> {
    let mut reply = [0; 6];
    stream.write_all(b"hello\n")?;
    stream.read_exact(&mut reply)?;
    assert_eq!(&reply, b"HELLO\n");
    Ok(())
}
