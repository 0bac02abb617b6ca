//! The relay as a program of its own, between a client and a server that are not ours.
//! (What it does with a connection is tested in `common`.)

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use testing::Server;
#[cfg(unix)]
use testing::program::few_files;

use crate::BIN;

fn server() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap().to_string();
    (listener, addr)
}

#[test]
fn the_trace_of_a_relay_shows_a_question_before_its_answer() {
    let (behind, to) = server();
    let args = ["relay", "--listen=127.0.0.1:0", "--to", &to, "--trace"];
    let relay = Server::listening(BIN, &args, false);
    let client = TcpStream::connect(&relay.addr).unwrap();
    let (server, _) = behind.accept().unwrap();
    for _ in 0..50 {
        for (from, to) in [(&client, &server), (&server, &client)] {
            (&*from).write_all(b"x").unwrap();
            (&*to).read_exact(&mut [0]).unwrap();
        }
    }
    let moved = |log: &str| -> Vec<String> {
        let calls = log.lines().filter(|line| line.contains("1 byte "));
        let words = calls.map(|line| line.split_whitespace());
        words.map(|w| w.take(4).collect::<Vec<_>>().join(" ")).collect()
    };
    let log = moved(&relay.said(|log| moved(log).len() == 200));
    for round in log.chunks(4) {
        let wanted = [
            "client side #1 read",
            "server side #1 write",
            "server side #1 read",
            "client side #1 write",
        ];
        assert_eq!(round, wanted);
    }
    drop((client, server));
}

#[cfg(unix)]
#[test]
fn a_relay_without_descriptors_says_what_to_do() {
    let few = few_files(4);
    let shell = format!("{few}'{BIN}' relay --listen 127.0.0.1:0");
    let relay = Server::listening("sh", &["-c", &shell], false);
    let _client = TcpStream::connect(&relay.addr).unwrap();
    relay.said(|log| log.contains("too many open files; allow this program"));
}
