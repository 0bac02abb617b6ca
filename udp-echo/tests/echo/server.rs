//! The server, and what may be sent to it.

use std::net::SocketAddr;
use std::time::Duration;

use testing::Server;
use testing::refused::{Call, refusing};
use testing::run;

use crate::peers::{BIN, ask, client, raw, received};

// ---- The server ----

#[test]
fn an_empty_datagram_is_answered_by_an_empty_datagram() {
    let server = Server::start(BIN, &[]);
    assert_eq!(ask(&server, b""), b"");
    server.said(|log| log.contains("\n0 bytes from "));
}

#[test]
fn every_nth_datagram_is_left_unanswered_and_the_server_says_so() {
    let server = Server::start(BIN, &["--drop-every", "3"]);
    let socket = raw();
    for question in [b"1", b"2", b"3", b"4", b"5", b"6", b"7"] {
        socket.send_to(question, &server.addr).unwrap();
    }
    for answer in [b"1", b"2", b"4", b"5", b"7"] {
        assert_eq!(received(&socket).0, answer);
    }
    let log = server.said(|log| log.matches("1 byte from ").count() == 7);
    assert_eq!(log.matches("left unanswered").count(), 2, "{log}");
}

#[test]
fn a_second_server_on_the_same_address_says_what_to_do() {
    let server = Server::start(BIN, &[]);
    let done = run(BIN, &["server", "--addr", &server.addr], b"");
    assert_eq!(done.status, 1);
    assert_eq!(
        done.stderr,
        format!(
            "error: {} is taken by another program (address in use); stop that \
             program, or choose another port with --addr (port 0 takes a free \
             one)\n",
            server.addr
        )
    );
}

#[test]
fn two_echoes_that_answer_each_other_stop() {
    let (one, two) = (Server::start(BIN, &[]), Server::start(BIN, &[]));
    let addr = |server: &Server| server.addr.parse::<SocketAddr>().unwrap();
    // To each of them this socket is the other one.
    let between = raw();
    between.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
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
fn a_server_whose_log_nobody_reads_goes_on_serving() {
    let server = Server::start_and_close_its_log(BIN, &["--trace"]);
    for _ in 0..3 {
        assert_eq!(ask(&server, b"still there"), b"STILL THERE");
    }
}

#[test]
#[cfg_attr(target_os = "macos", ignore = "it sends 9,216 bytes at most")]
fn the_longest_datagram_comes_back_whole() {
    let server = Server::start(BIN, &[]);
    let line = [b'x'; 65_507];
    let done = client(&server.addr, &[], &line);
    assert_eq!((done.status, done.stderr.as_str()), (0, ""));
    assert_eq!(done.stdout.len(), line.len() + 1);
    assert!(done.stdout.starts_with(&line.to_ascii_uppercase()));
}

#[test]
fn a_server_that_cannot_receive_says_so_and_tries_again() {
    let start = || Server::start(BIN, &[]);
    let no_buffer_space = 105; // the number of Linux
    let server = refusing(Call::RecvFrom, no_buffer_space, start);
    if let Some(server) = server {
        server.said(|log| log.matches("\ncannot receive: ").count() == 2);
    }
}
