//! The server, beyond what the checks of `grade` see: what it says, its options, and what
//! it does without room.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use socket2::SockRef;
use testing::program::few_files;
use testing::raw::{connect, exchange};
use testing::{PATIENCE, Server};

use crate::BIN;

#[test]
fn a_client_that_closes_or_resets_ends_its_own_connection_only() {
    let server = Server::start(BIN, &[]);
    drop(connect(&server.addr));
    server.said(|log| log.contains("closed after 0 bytes"));

    let mut stream = connect(&server.addr);
    stream.write_all(b"hello").unwrap();
    stream.read_exact(&mut [0; 5]).unwrap();
    SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    drop(stream);
    // A reset on some systems, an empty read on others.
    server.said(|log| {
        let ends = ["was lost: connection reset", "closed after 5 bytes"];
        ends.iter().any(|end| log.contains(end))
    });

    assert_eq!(exchange(&server.addr, b"alive"), b"ALIVE");
    server.said(|log| log.matches(" connected").count() == 3);
}

#[test]
fn a_sequential_server_answers_the_second_client_when_the_first_has_left() {
    let server = Server::start(BIN, &["--sequential"]);
    let mut first = connect(&server.addr);
    first.write_all(b"first").unwrap();
    first.read_exact(&mut [0; 5]).unwrap();

    // Connected and unanswered: the backlog holds it.
    let mut second = connect(&server.addr);
    second.write_all(b"second").unwrap();
    second.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    assert!(second.read(&mut [0; 6]).is_err());

    drop(first);
    second.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut reply = [0; 6];
    second.read_exact(&mut reply).unwrap();
    assert_eq!(&reply, b"SECOND");
}

/// Each connection is an open file: some clients wait until others have left.
#[test]
#[cfg(unix)]
fn a_server_without_room_says_so_now_and_then_and_goes_on() {
    let limited = format!("{}'{BIN}' server --addr 127.0.0.1:0", few_files(8));
    let start = Instant::now();
    let server = Server::listening("sh", &["-c", &limited]);
    let clients: Vec<_> = (0..8).map(|_| connect(&server.addr)).collect();
    let says = "cannot accept a connection: too many open files; allow this program more";
    server.said(|log| log.contains(says));
    drop(clients);
    assert_eq!(exchange(&server.addr, b"hello"), b"HELLO");
    let log = server.said(|log| log.ends_with("closed after 5 bytes\n"));
    // Twice a second, and not with each turn of a loop.
    let most = 2 + 2 * start.elapsed().as_secs() as usize;
    assert!(log.matches(says).count() <= most, "{log}");
}
