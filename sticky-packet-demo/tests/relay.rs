//! The relay, between a client and a server that are not ours.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::Shutdown;
use std::net::TcpListener;
use std::net::TcpStream;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::thread;

use testing::PATIENCE;
use testing::run;

const BIN: &str = env!("CARGO_BIN_EXE_sticky-packet-demo");

// ---- The relay, as a program of its own ----

struct Relay {
    child: Child,
    addr: String,
}

impl Relay {
    fn start(to: &str, more: &[&str]) -> Self {
        let args = ["relay", "--listen", "127.0.0.1:0", "--to", to];
        let mut command = Command::new(BIN);
        command.args(args).args(more).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        let mut relay = Self { child, addr: String::new() }; // ends it in any case
        let mut stderr = BufReader::new(relay.child.stderr.take().unwrap());
        let mut line = String::new();
        while line.trim() != format!("forwarding to {to}") {
            if let Some(addr) = line.strip_prefix("listening on ") {
                relay.addr = addr.trim().into();
            }
            line.clear();
            assert!(stderr.read_line(&mut line).unwrap() > 0);
        }
        // Read on, so that the relay is never stopped by a full pipe.
        thread::spawn(move || stderr.read_to_end(&mut Vec::new()));
        relay
    }

    /// Both ends of a connection through the relay.
    fn connect(&self, behind: &TcpListener) -> (TcpStream, TcpStream) {
        let client = TcpStream::connect(&self.addr).unwrap();
        let (server, _) = behind.accept().unwrap();
        for stream in [&client, &server] {
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
        }
        (client, server)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn server() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap().to_string();
    (listener, addr)
}

#[test]
fn the_relay_passes_exact_bytes_and_a_half_close_both_ways() {
    let (behind, to) = server();
    for more in [
        &["--pieces", "1"][..],
        &["--pieces", "random", "--seed", "7", "--pause", "0"],
        &["--pieces", "glue"],
    ] {
        let relay = Relay::start(&to, more);
        let (mut client, mut server) = relay.connect(&behind);
        client.write_all(b"hello \xff\x00 there").unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        let mut got = Vec::new();
        server.read_to_end(&mut got).unwrap();
        assert_eq!(got, b"hello \xff\x00 there", "{more:?}");
        server.write_all(b"and \n back").unwrap();
        drop(server);
        let mut got = Vec::new();
        client.read_to_end(&mut got).unwrap();
        assert_eq!(got, b"and \n back", "{more:?}");
    }
}

#[test]
fn the_relay_outlives_resets_and_a_server_that_is_not_there() {
    let (behind, to) = server();
    let relay = Relay::start(&to, &["--trace"]);
    let (client, mut server) = relay.connect(&behind);
    server.write_all(b"never read").unwrap();
    client.peek(&mut [0]).unwrap();
    drop(client); // with bytes unread: a reset
    let _ = server.read_to_end(&mut Vec::new());
    drop(server);

    let (mut client, mut server) = relay.connect(&behind);
    client.write_all(b"alive").unwrap();
    let mut got = [0; 5];
    server.read_exact(&mut got).unwrap();
    assert_eq!(&got, b"alive");

    drop((client, server, behind));
    let mut client = TcpStream::connect(&relay.addr).unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    assert_eq!(client.read(&mut [0]).unwrap_or(0), 0);
}

#[test]
fn a_relay_on_a_taken_address_says_what_to_do() {
    let (_taken, addr) = server();
    let done = run(BIN, &["relay", "--listen", &addr], b"");
    assert_eq!(done.status, 1);
    assert_eq!(
        done.stderr,
        format!(
            "error: {addr} is taken by another program (address in use); stop \
             that program, or choose another port with --listen (port 0 takes \
             a free one)\n"
        )
    );
}
