//! Round trips: how many a second, and how long one takes, for one client and for many.

use std::io;
use std::net::UdpSocket;
use std::process::{Child, Command, Stdio};
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

/// How long each measurement takes, and how many there are of each.
const SECONDS: f64 = 1.0;
const ROUNDS: usize = 5;

/// A server, by its address, until it is dropped.
pub struct Service {
    pub name: &'static str,
    pub addr: String,
    _child: Running,
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the lesson's server, and Python's where that is installed: `python` is a
/// program that takes the port as its argument.
pub fn servers(bin: &str, python: &str) -> Vec<Service> {
    let python3 = if cfg!(windows) { "python" } else { "python3" };
    let mut servers = Vec::new();
    for name in ["Rust", "Python"] {
        let free =
            UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let (addr, port) = (free.to_string(), free.port().to_string());
        let (program, args) = match name {
            "Rust" => (bin, ["server", "--addr", &addr]),
            _ => (python3, ["-c", python, &port]),
        };
        let mut command = Command::new(program);
        command.args(args).stdin(Stdio::null()).stdout(Stdio::null());
        match command.stderr(Stdio::null()).spawn() {
            Ok(child) => {
                let _child = Running(child);
                servers.push(Service { name, addr, _child });
            }
            Err(e) => println!("left out: {name}: {e}"),
        }
    }
    servers
}

/// Measures each server in turns, and prints the medians of the rounds. `connect` makes a
/// client, which is a function that makes one round trip.
pub fn measure<C: FnMut() -> io::Result<()> + Send>(
    servers: &[Service],
    connect: impl Fn(&str) -> io::Result<C> + Sync,
) {
    println!("clients  server  round trips/s   p50 us   p99 us");
    for clients in [1, 16, 256] {
        let mut results = vec![Vec::new(); servers.len()];
        for _ in 0..ROUNDS {
            for (server, results) in servers.iter().zip(&mut results) {
                let addr = &server.addr;
                results.push(round(clients, || connect(addr).unwrap()));
            }
        }
        for (server, results) in servers.iter().zip(results) {
            let [rate, p50, p99] = [0, 1, 2].map(|n| {
                let mut column: Vec<f64> =
                    results.iter().map(|row: &[f64; 3]| row[n]).collect();
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
fn round<C: FnMut() -> io::Result<()> + Send>(
    clients: usize,
    connect: impl Fn() -> C + Sync,
) -> [f64; 3] {
    let start = Barrier::new(clients);
    let time = Duration::from_secs_f64(SECONDS);
    let mut times: Vec<f64> = thread::scope(|scope| {
        let client = || {
            let mut round_trip = connect();
            round_trip().unwrap(); // the server is ready for this client
            start.wait();
            let started = Instant::now();
            let mut times = Vec::new();
            while started.elapsed() < time {
                let before = Instant::now();
                round_trip().unwrap();
                times.push(before.elapsed().as_secs_f64() * 1e6);
            }
            times
        };
        let threads: Vec<_> =
            (0..clients).map(|_| scope.spawn(client)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    times.sort_by(f64::total_cmp);
    let at = |part: f64| times[(times.len() as f64 * part) as usize];
    [times.len() as f64 / SECONDS, at(0.5), at(0.99)]
}
