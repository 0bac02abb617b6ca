//! Drives the real binary over real sockets.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

use std::net::{SocketAddr, UdpSocket};
use std::sync::mpsc::{self, TryRecvError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use testing::{Finished, PATIENCE, Server, check_readme, run};

const BIN: &str = env!("CARGO_BIN_EXE_udp-echo");

fn client(addr: &str, more: &[&str], input: &[u8]) -> Finished {
    run(BIN, &[&["client", "--addr", addr], more].concat(), input)
}

/// A socket without our programs in between.
fn raw() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

/// Our client, asking `server` while the test plays the server.
fn asking(
    server: &UdpSocket,
    more: &'static [&str],
    input: &'static [u8],
) -> JoinHandle<Finished> {
    let addr = server.local_addr().unwrap().to_string();
    thread::spawn(move || client(&addr, more, input))
}

fn received(socket: &UdpSocket) -> (Vec<u8>, SocketAddr) {
    let mut buffer = vec![0; 65_535];
    let (n, from) = socket.recv_from(&mut buffer).unwrap();
    buffer.truncate(n);
    (buffer, from)
}

/// Sends a datagram and returns the answer. Asks again: even on one machine a
/// datagram can be lost.
fn ask(server: &Server, question: &[u8]) -> Vec<u8> {
    let socket = raw();
    socket.connect(&server.addr).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
    let mut answer = vec![0; 65_535];
    let mut tries = 0..10;
    let came = tries.find_map(|_| {
        socket.send(question).unwrap();
        socket.recv(&mut answer).ok()
    });
    answer.truncate(came.unwrap());
    answer
}

#[test]
fn the_tour_ends_on_its_own_and_shows_every_step() {
    let tour = run(BIN, &[], b"");
    assert_eq!((tour.status, tour.stderr.as_str()), (0, ""));
    let text = tour.text();
    for step in 1..=6 {
        assert!(text.contains(&format!("\n{step}. ")), "{step}");
    }
    let long = text.lines().find(|line| line.chars().count() > 80);
    assert_eq!(long, None, "longer than a terminal is wide");
    assert!(text.contains("Three messages took 3 recvfrom, and 1 read."));
    assert!(text.contains("|onetwothree|"));
    if cfg!(unix) {
        assert!(text.contains("5 bytes sent, 3 received, and no error."));
    }
}

#[test]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "the README shows the errors of Linux in the words of Linux"
)]
fn the_readme_shows_what_the_program_prints() {
    check_readme("README.md", BIN, &[]);
}

// ---- The server ----

#[test]
fn bytes_come_back_upper_cased_and_otherwise_as_they_are() {
    let server = Server::start(BIN, &[]);
    let answer = ask(&server, b"az AZ 09 \xff\x00\xc3\xa4 \r\n");
    assert_eq!(answer, b"AZ AZ 09 \xff\x00\xc3\xa4 \r\n");
}

#[test]
fn an_empty_datagram_is_answered_by_an_empty_datagram() {
    let server = Server::start(BIN, &[]);
    assert_eq!(ask(&server, b""), b"");
    server.said(|log| log.contains("\n0 bytes from "));
}

#[test]
fn one_socket_can_ask_again_and_again_as_the_original_client_does() {
    let server = Server::start(BIN, &[]);
    let socket = raw();
    for question in [&b"hello"[..], b"", b"again"] {
        socket.send_to(question, &server.addr).unwrap();
        let (answer, from) = received(&socket);
        assert_eq!(answer, question.to_ascii_uppercase());
        assert_eq!(from.to_string(), server.addr);
    }
}

#[test]
fn two_hundred_clients_at_once_are_all_answered() {
    let server = Server::start(BIN, &[]);
    let clients: Vec<UdpSocket> = (0..200).map(|_| raw()).collect();
    for (i, client) in clients.iter().enumerate() {
        client.connect(&server.addr).unwrap();
        client.send(format!("client {i}").as_bytes()).unwrap();
    }
    for (i, client) in clients.iter().enumerate() {
        assert_eq!(received(client).0, format!("CLIENT {i}").as_bytes());
    }
}

#[test]
fn clients_that_are_gone_when_the_answer_comes_do_no_harm() {
    let server = Server::start(BIN, &[]);
    for _ in 0..20 {
        raw().send_to(b"gone", &server.addr).unwrap();
    }
    server.said(|log| log.matches("4 bytes from ").count() == 20);
    assert_eq!(ask(&server, b"alive"), b"ALIVE");
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

// ---- The client ----

#[test]
fn the_client_prints_the_answers_and_nothing_else_into_a_pipe() {
    let server = Server::start(BIN, &[]);
    let input = b"hello\n\nno UTF-8: \xff\xfe\nWindows\r\nlast";
    let done = client(&server.addr, &[], input);
    assert_eq!(done.stdout, b"HELLO\n\nNO UTF-8: \xff\xfe\nWINDOWS\nLAST\n");
    assert_eq!((done.status, done.stderr.as_str()), (0, ""));
}

#[test]
fn a_line_is_one_datagram_without_its_newline() {
    let server = raw();
    let client = asking(&server, &[], b"one\n\ntwo\r\nend");
    for wanted in [&b"one"[..], b"", b"two", b"end"] {
        let (question, from) = received(&server);
        assert_eq!(question, wanted);
        server.send_to(b"yes", from).unwrap();
    }
    assert_eq!(client.join().unwrap().text(), "yes\nyes\nyes\nyes\n");
}

#[test]
fn an_answer_that_the_original_server_has_cut_is_shown_as_it_came() {
    let server = raw();
    let client = asking(&server, &[], &[b'x'; 1500]);
    let (question, from) = received(&server);
    assert_eq!(question.len(), 1500);
    server.send_to(&[b'X'; 1024], from).unwrap(); // recvfrom(1024)
    let done = client.join().unwrap();
    assert_eq!((done.status, done.stdout.len()), (0, 1024 + 1));
}

#[test]
fn no_input_is_no_error() {
    let done = client("127.0.0.1:1", &[], b"");
    assert_eq!((done.status, done.stdout.len()), (0, 0));
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
fn a_line_longer_than_any_datagram_is_an_error_of_that_line_only() {
    let server = Server::start(BIN, &[]);
    let mut input = vec![b'x'; 65_508];
    input.extend(b"\nshort\n");
    let done = client(&server.addr, &[], &input);
    assert_eq!((done.status, done.text().as_str()), (1, "SHORT\n"));
    let failed = format!(
        "error: cannot send 65508 bytes to {} (message too long",
        server.addr
    );
    let remedy = "); over IPv4 a datagram holds at most 65507 bytes: shorten the line, \
                  or use TCP as in lesson 1\n";
    assert!(done.stderr.starts_with(&failed), "{}", done.stderr);
    assert!(done.stderr.ends_with(remedy), "{}", done.stderr);
    assert_eq!(done.stderr.lines().count(), 1);
}

#[test]
fn a_name_that_has_addresses_of_both_kinds_finds_the_server() {
    let server = Server::start(BIN, &[]);
    let addr = server.addr.replace("127.0.0.1", "localhost");
    assert_eq!(client(&addr, &[], b"hello\n").stdout, b"HELLO\n");
}

#[test]
fn a_server_with_an_ipv6_address_is_asked_from_one() {
    let Ok(server) = UdpSocket::bind("[::1]:0") else {
        return; // a machine without IPv6
    };
    server.set_read_timeout(Some(PATIENCE)).unwrap();
    let client = asking(&server, &[], b"hello\n");
    let (question, from) = received(&server);
    server.send_to(&question.to_ascii_uppercase(), from).unwrap();
    assert_eq!(client.join().unwrap().text(), "HELLO\n");
}

#[test]
fn every_network_is_nowhere_to_send_to() {
    let done = client("0.0.0.0:8080", &[], b"hello\n");
    assert_eq!(done.status, 1);
    let wanted = "error: cannot send to 0.0.0.0:8080 (a server listens there to \
                  be reached at every address it has); give one of these, such \
                  as 127.0.0.1 if it runs on this machine\n";
    assert_eq!(done.stderr, wanted);
}

// ---- Nothing is guaranteed ----

#[test]
fn a_server_that_never_answers_is_asked_so_many_times_and_no_more() {
    let server = raw(); // takes, and never answers
    let addr = server.local_addr().unwrap();
    let done = client(
        &addr.to_string(),
        &["--timeout", "0.1", "--retries", "2"],
        b"hello\n",
    );
    assert_eq!((done.status, done.stdout.len()), (1, 0));
    assert_eq!(
        done.stderr,
        format!(
            "no answer in 0.1 s, retry 1 of 2\n\
             no answer in 0.1 s, retry 2 of 2\n\
             error: no answer from {addr} (waited 3 x 0.1 s); ask again with more \
             --retries or --timeout, or see whether a UDP server runs there: \
             cargo run -p udp-echo -- server --addr {addr}\n"
        )
    );
    for _try in 0..3 {
        assert_eq!(received(&server).0, b"hello");
    }
    server.set_nonblocking(true).unwrap();
    assert!(server.recv_from(&mut [0; 9]).is_err(), "a fourth try");
}

#[test]
fn a_client_without_a_server_says_how_to_start_one() {
    let addr = raw().local_addr().unwrap(); // closed again at once
    let options = ["--timeout", "0.1", "--retries", "0"];
    let done = client(&addr.to_string(), &options, b"one\ntwo\n");
    let error = format!(
        "error: no answer from {addr} (waited 1 x 0.1 s); ask again with more \
         --retries or --timeout, or see whether a UDP server runs there: \
         cargo run -p udp-echo -- server --addr {addr}\n"
    );
    // Each line is tried: the server may have been started in between.
    assert_eq!((done.status, done.stderr), (1, error.repeat(2)));
}

#[test]
fn a_lost_datagram_is_sent_again() {
    let server = Server::start(BIN, &["--drop-every", "2"]);
    let done = client(&server.addr, &["--timeout", "0.5"], b"one\ntwo\n");
    assert_eq!((done.status, done.text().as_str()), (0, "ONE\nTWO\n"));
    let retried = "no answer in 0.5 s, retry 1 of 3\n";
    assert!(done.stderr.contains(retried), "{}", done.stderr);
}

#[test]
fn the_reply_of_a_stranger_is_not_the_answer() {
    let (server, stranger) = (raw(), raw());
    let client = asking(&server, &["--timeout", "20"], b"hello\n");
    let (_question, from) = received(&server);
    stranger.send_to(b"\x1b[31mLIES", from).unwrap();
    server.send_to(b"HELLO", from).unwrap();
    let done = client.join().unwrap();
    assert_eq!((done.status, done.text().as_str()), (0, "HELLO\n"));
    assert_eq!(
        done.stderr,
        format!(
            "ignored 9 bytes from {}, which is not {}\n",
            stranger.local_addr().unwrap(),
            server.local_addr().unwrap()
        )
    );
}

#[test]
fn strangers_cannot_keep_the_client_waiting() {
    let (server, stranger) = (raw(), raw());
    let options = &["--timeout", "0.3", "--retries", "0"];
    let client = asking(&server, options, b"hello\n");
    let (_question, from) = received(&server);
    let (stop, stopped) = mpsc::channel::<()>();
    let talking = thread::spawn(move || {
        while stopped.try_recv() == Err(TryRecvError::Empty) {
            // Far more often than the timeout. (An error is the closed port.)
            let _ = stranger.send_to(b"blah", from);
            thread::sleep(Duration::from_millis(5));
        }
    });
    let done = client.join().unwrap();
    drop(stop);
    talking.join().unwrap();
    assert_eq!((done.status, done.stdout.len()), (1, 0));
    assert!(done.stderr.contains("ignored 4 bytes"), "{}", done.stderr);
    assert!(done.stderr.contains("error: no answer"), "{}", done.stderr);
}

#[test]
fn a_late_reply_to_an_earlier_try_is_not_the_answer() {
    let server = raw();
    let client = asking(&server, &["--timeout", "1"], b"hello\n");
    let (_, first) = received(&server);
    let (question, second) = received(&server);
    assert_eq!(question, b"hello");
    server.send_to(b"LATE", first).unwrap();
    server.send_to(b"HELLO", second).unwrap();
    let done = client.join().unwrap();
    assert_eq!((done.status, done.text().as_str()), (0, "HELLO\n"));
}

#[test]
fn a_late_reply_to_an_earlier_line_is_not_the_answer() {
    let server = raw();
    let options = &["--timeout", "1", "--retries", "0"];
    let client = asking(&server, options, b"one\ntwo\n");
    let (_, first) = received(&server);
    let (question, second) = received(&server);
    assert_eq!(question, b"two");
    server.send_to(b"ONE", first).unwrap();
    server.send_to(b"TWO", second).unwrap();
    let done = client.join().unwrap();
    // One line has no answer: that is said at the end, too.
    assert_eq!((done.status, done.text().as_str()), (1, "TWO\n"));
}

// ---- Usage ----

#[test]
fn wrong_usage_ends_with_status_2() {
    for args in [
        &["serve"][..],
        &["server", "--drop-every", "0"],
        &["client", "--addr", "nonsense"],
        &["client", "--timeout", "0"],
        &["client", "--retries", "-1"],
    ] {
        assert_eq!(run(BIN, args, b"").status, 2, "{args:?}");
    }
}

#[test]
fn the_trace_shows_every_call_with_its_bytes_made_printable() {
    let server = Server::start(BIN, &["--trace"]);
    let done = client(&server.addr, &["--trace"], b"\x1b[31m\n");
    assert_eq!(done.stdout, b"\x1b[31M\n");
    let wanted = format!(
        "client     sendto       5 bytes  1b 5b 33 31 6d  |\\x1b[31m|  to {}\n",
        server.addr
    );
    assert!(done.stderr.contains(&wanted), "{}", done.stderr);
    let wanted = format!("|\\x1b[31M|  from {}\n", server.addr);
    assert!(done.stderr.contains(&wanted), "{}", done.stderr);
    let log = server.said(|log| log.contains("answered"));
    assert!(log.contains("server     recvfrom     5 bytes  1b 5b 33 31 6d"));
    assert!(!log.contains('\x1b') && !done.stderr.contains('\x1b'));
}
