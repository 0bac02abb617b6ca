//! The server, beyond what the checks of `grade` see: what it says, and what it leaves
//! unanswered.

use std::net::SocketAddr;
use std::time::Duration;

use testing::Server;
use testing::refused::{Call, refusing};

use crate::peers::{BIN, ask, raw, received};

#[test]
fn every_nth_datagram_is_left_unanswered_and_the_server_says_so() {
    let server = Server::start(BIN, &["--drop-every", "3"]);
    let socket = raw();
    for question in [&b"1"[..], b"2", b"3", b"4", b"", b"6", b"7"] {
        socket.send_to(question, &server.addr).unwrap();
    }
    for answer in [&b"1"[..], b"2", b"4", b"", b"7"] {
        assert_eq!(received(&socket).0, answer);
    }
    let log = server.said(|log| log.matches(" from ").count() == 7);
    let from = socket.local_addr().unwrap();
    let dropped =
        format!("1 byte from {from}, left unanswered: --drop-every\n");
    assert_eq!(log.matches(&dropped).count(), 2, "{log}");
    assert!(
        log.contains(&format!("\n0 bytes from {from}, answered\n")),
        "{log}"
    );
}

#[test]
fn two_echoes_that_answer_each_other_stop() {
    let (one, two) = (Server::start(BIN, &[]), Server::start(BIN, &[]));
    let addr = |server: &Server| server.addr.parse::<SocketAddr>().unwrap();
    // To each of them this socket is the other one.
    let between = raw();
    between.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    between.send_to(b"hello", addr(&one)).unwrap();
    let mut buffer = [0; 100];
    let mut answers = 0;
    while let Ok((n, from)) = between.recv_from(&mut buffer) {
        let other = if from == addr(&one) { &two } else { &one };
        between.send_to(&buffer[..n], addr(other)).unwrap();
        answers += 1;
        assert!(answers <= 2_000, "they do not stop");
    }
    assert!(answers > 0);
    for server in [one, two] {
        assert_eq!(ask(&server, b"alive"), b"ALIVE");
    }
}

#[test]
fn a_server_or_a_relay_that_cannot_receive_says_so_and_tries_again() {
    let relay = ["relay", "--listen", "127.0.0.1:0", "--to", "127.0.0.1:1"];
    let no_buffer_space = 105; // the number of Linux
    for args in [&["server", "--addr", "127.0.0.1:0"][..], &relay] {
        let start = || Server::listening(BIN, args);
        if let Some(program) = refusing(Call::RecvFrom, no_buffer_space, start)
        {
            let says = "\ncannot receive: ";
            program.said(|log| log.matches(says).count() == 2);
        }
    }
}
