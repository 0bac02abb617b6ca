//! cargo bench -p tcp-echo
//!
//! Is Rust faster? Round trips of one short line, beside a Python server of a few lines,
//! in turns: how many a second, and how long one takes, for one client and for many. What
//! both spend most of their time on is the same: the kernel.
#![allow(clippy::unwrap_used, reason = "a benchmark that fails panics")]

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

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

Server(('127.0.0.1', int(sys.argv[1])), Echo).serve_forever()
";

/// A server that runs until it is dropped.
struct Server {
    name: &'static str,
    addr: String,
    child: Child,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts the lesson's server, or Python's where that is installed.
fn start(name: &'static str) -> Option<Server> {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (addr, port) = (free.to_string(), free.port().to_string());
    let python = if cfg!(windows) { "python" } else { "python3" };
    let (program, args) = match name {
        "Rust" => (env!("CARGO_BIN_EXE_tcp-echo"), ["server", "--addr", &addr]),
        _ => (python, ["-c", PYTHON, &port]),
    };
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null());
    match command.stderr(Stdio::null()).spawn() {
        Ok(child) => Some(Server { name, addr, child }),
        Err(e) => {
            println!("left out: {name}: {e}");
            None
        }
    }
}

fn main() {
    let all = ["Rust", "Python"].into_iter();
    let servers: Vec<Server> = all.filter_map(start).collect();
    println!("clients  server  round trips/s   p50 us   p99 us");
    for clients in [1, 16, 256] {
        let mut rounds = vec![Vec::new(); servers.len()];
        for _ in 0..ROUNDS {
            for (server, rounds) in servers.iter().zip(&mut rounds) {
                rounds.push(round(clients, &server.addr));
            }
        }
        for (server, rounds) in servers.iter().zip(rounds) {
            let [rate, p50, p99] = [0, 1, 2].map(|n| {
                let mut column: Vec<f64> =
                    rounds.iter().map(|row: &[f64; 3]| row[n]).collect();
                column.sort_by(f64::total_cmp);
                column[ROUNDS / 2]
            });
            let name = server.name;
            println!("{clients:>7}  {name:<6}{rate:>15.0}{p50:>9.0}{p99:>9.0}");
        }
    }
}

/// So many clients, each on a thread of its own: their round trips a second, and the
/// microseconds of one, at the median and at the 99th percentile.
fn round(clients: usize, addr: &str) -> [f64; 3] {
    let start = Barrier::new(clients);
    let client = || {
        let mut stream = connect(addr).unwrap();
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

/// Connects, within ten seconds: the server may not listen yet.
fn connect(addr: &str) -> io::Result<TcpStream> {
    let deadline = Instant::now() + Duration::from_secs(10);
    let stream = loop {
        match TcpStream::connect(addr) {
            Err(_) if Instant::now() < deadline => {
                thread::sleep(Duration::from_millis(10));
            }
            result => break result?,
        }
    };
    stream.set_nodelay(true)?;
    Ok(stream)
}
