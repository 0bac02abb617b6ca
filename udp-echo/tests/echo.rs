//! Drives the real binary over real sockets.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::process::Stdio;
use std::sync::mpsc::{self, TryRecvError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use grade::{Lesson, Template};
use testing::{
    Finished, PATIENCE, Server, check_help, check_readme, closed_pipe,
    full_disk, run, run_into,
};

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
    let (n, from) = loop {
        match socket.recv_from(&mut buffer) {
            Err(e) if e.kind() == ErrorKind::Interrupted => {} // by a signal
            received => break received.unwrap(),
        }
    };
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
    for step in 1..=9 {
        assert!(text.contains(&format!("\n{step}. ")), "{step}");
    }
    let long = text.lines().find(|line| line.chars().count() > 80);
    assert_eq!(long, None, "longer than a terminal is wide");
    assert!(text.contains("Three messages took 3 recvfrom, and 1 read."));
    assert!(text.contains("|onetwoten|"));
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

// ---- The checks that grade programs in every language ----

#[test]
fn the_server_passes_every_check_of_grade() {
    let server = Server::start(BIN, &[]);
    let addr = server.addr.parse().unwrap();
    let mut server = grade::Server::at(addr);
    grade::assert_passes(Lesson::UdpEcho, &mut server);
}

#[test]
fn the_client_passes_every_check_of_grade() {
    let words = [BIN, "client", "--timeout", "0.3", "--addr", "HOST:PORT"];
    let command = Template::new(words.map(Into::into)).unwrap();
    let client = grade::subject::client(command);
    grade::assert_client_passes(Lesson::UdpEcho, &client);
}

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
    for addr in ["0.0.0.0:8080", "[::]:8080"] {
        let done = client(addr, &[], b"hello\n");
        let wanted = "give one of its addresses, such as 127.0.0.1";
        assert_eq!(done.status, 2);
        assert!(done.stderr.contains(wanted), "{}", done.stderr);
    }
}

#[test]
fn the_rest_of_a_line_longer_than_the_limit_is_no_line_of_its_own() {
    let server = Server::start(BIN, &[]);
    let mut input = vec![b'x'; 33 << 20];
    input.extend(b"\nshort\n");
    let done = client(&server.addr, &[], &input);
    assert_eq!((done.status, done.text().as_str()), (1, "SHORT\n"));
    assert_eq!(done.stderr.lines().count(), 1, "{}", done.stderr);
}

#[test]
fn a_client_whose_messages_nobody_reads_tells_the_truth_by_its_status() {
    let server = Server::start(BIN, &["--drop-every", "2"]);
    let args = ["client", "--addr", &server.addr, "--timeout", "0.2"];
    let input = b"one\ntwo\n"; // the second one is asked twice
    for stderr in [Some(closed_pipe()), full_disk()].into_iter().flatten() {
        let done = run_into(BIN, &args, input, Stdio::piped(), stderr);
        assert_eq!((done.status, done.text().as_str()), (0, "ONE\nTWO\n"));
    }
    let silent = raw().local_addr().unwrap().to_string();
    let args = ["client", "--addr", &silent, "--timeout", "0.1"];
    let done = run_into(BIN, &args, input, Stdio::piped(), closed_pipe());
    assert_eq!(done.status, 1);
}

#[test]
fn a_closed_pipe_ends_a_client_and_a_tour_quietly() {
    let server = Server::start(BIN, &[]);
    for args in [&["client", "--addr", &server.addr][..], &[], &["--help"]] {
        let done =
            run_into(BIN, args, b"hello\n", closed_pipe(), Stdio::piped());
        assert_eq!((done.status, done.stderr.as_str()), (0, ""), "{args:?}");
    }
}

#[test]
fn a_line_that_failed_before_the_pipe_was_closed_has_failed() {
    let server = Server::start(BIN, &[]);
    let args = ["client", "--addr", &server.addr];
    let mut input = vec![b'x'; 65_508];
    input.extend(b"\nhello\n");
    let done = run_into(BIN, &args, &input, closed_pipe(), Stdio::piped());
    assert_eq!((done.status, done.stderr.lines().count()), (1, 1));
}

#[test]
fn a_full_disk_under_stdout_is_one_line_and_status_1() {
    let server = Server::start(BIN, &[]);
    for args in [&["client", "--addr", &server.addr][..], &[], &["--help"]] {
        let Some(full) = full_disk() else { return };
        let done = run_into(BIN, args, b"hello\n", full, Stdio::piped());
        let said = "error: cannot write to standard output (";
        assert!(done.stderr.starts_with(said), "{args:?}: {}", done.stderr);
        assert_eq!((done.status, done.stderr.lines().count()), (1, 1));
    }
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
fn an_answer_from_another_address_is_what_the_last_word_is_about() {
    let (server, stranger) = (raw(), raw());
    let options = &["--timeout", "0.5", "--retries", "0"];
    let client = asking(&server, options, b"hello\n");
    let (_question, from) = received(&server);
    stranger.send_to(b"HELLO", from).unwrap();
    let done = client.join().unwrap();
    assert_eq!((done.status, done.stdout.len()), (1, 0));
    let asked = server.local_addr().unwrap();
    let other = stranger.local_addr().unwrap();
    assert_eq!(
        done.stderr.lines().last().unwrap(),
        format!(
            "error: no answer from {asked} ({other} sent something, but {asked} \
             was asked, and an answer from anybody else is not taken); if \
             {other} is your server, ask it there: --addr {other}"
        )
    );
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "127.0.0.2 is there on Linux")]
fn a_server_on_every_address_is_asked_at_its_second_and_answers_from_its_first()
{
    let args = ["server", "--addr", "0.0.0.0:0"];
    let server = Server::listening(BIN, &args, false);
    let at = |ip: &str| server.addr.replace("0.0.0.0", ip);
    let options = ["--timeout", "0.5", "--retries", "0"];
    let done = client(&at("127.0.0.2"), &options, b"hello\n");
    assert_eq!((done.status, done.stdout.len()), (1, 0));
    let remedy = format!("ask it there: --addr {}\n", at("127.0.0.1"));
    assert!(done.stderr.ends_with(&remedy), "{}", done.stderr);
    assert_eq!(client(&at("127.0.0.1"), &[], b"hello\n").text(), "HELLO\n");
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

// ---- The bad network ----

/// A relay in front of a server.
fn relay(to: &str, more: &[&str]) -> Server {
    let args = ["relay", "--listen", "127.0.0.1:0", "--to", to];
    Server::listening(BIN, &[&args, more].concat(), false)
}

#[test]
fn through_a_bad_network_every_line_gets_its_answer() {
    let server = Server::start(BIN, &[]);
    let bad = ["--lose", "30", "--duplicate", "10", "--reorder", "10"];
    let relay = relay(&server.addr, &[&bad[..], &["--delay", "5"]].concat());
    let options = ["--timeout", "0.1", "--retries", "50"];
    let lines: Vec<String> = (0..10).map(|i| format!("line {i}\n")).collect();
    let done = client(&relay.addr, &options, lines.concat().as_bytes());
    assert_eq!(done.status, 0);
    assert_eq!(done.text(), lines.concat().to_uppercase());
    let log = relay.said(|log| log.contains(", lost\n"));
    assert!(log.contains("to server #1: 6 bytes, "), "{log}");
}

#[test]
fn the_relay_does_the_same_to_the_same_datagrams_for_the_same_seed() {
    let server = Server::start(BIN, &[]);
    let log = |seed: &str| {
        let relay = relay(&server.addr, &["--lose", "50", "--seed", seed]);
        let socket = raw();
        for _ in 0..40 {
            socket.send_to(b"?", &relay.addr).unwrap();
        }
        let all = |log: &str| log.contains("to server #40: ");
        let log = relay.said(all);
        let fates = log.lines().filter(|line| line.starts_with("to server"));
        fates.map(str::to_string).collect::<Vec<_>>()
    };
    assert_eq!(log("7"), log("7"));
    assert_ne!(log("7"), log("8"));
}

#[test]
fn a_relay_whose_log_nobody_reads_goes_on() {
    let server = Server::start(BIN, &[]);
    let args = ["relay", "--listen", "127.0.0.1:0", "--to", &server.addr];
    let relay = Server::listening(BIN, &args, true);
    for _ in 0..3 {
        assert_eq!(ask(&relay, b"still there"), b"STILL THERE");
    }
}

#[test]
#[cfg(unix)]
fn a_relay_with_few_sockets_forgets_old_clients_and_serves_new_ones() {
    let server = Server::start(BIN, &[]);
    let limited = format!(
        "ulimit -n 12; exec '{BIN}' relay --listen 127.0.0.1:0 --to {}",
        server.addr
    );
    let relay = Server::listening("sh", &["-c", &limited], false);
    for _ in 0..20 {
        assert_eq!(ask(&relay, b"hello"), b"HELLO");
    }
}

#[test]
fn a_relay_that_leads_to_itself_is_refused() {
    let port = raw().local_addr().unwrap().port(); // closed again at once
    let here = format!("127.0.0.1:{port}");
    let everywhere = format!("0.0.0.0:{port}");
    for listen in [&here, &everywhere] {
        let args = ["relay", "--listen", listen, "--to", &here];
        let done = run(BIN, &args, b"");
        let said = format!(
            "error: cannot forward to {here} (the relay itself listens there); \
             give the server's address with --to, or another port with --listen\n"
        );
        assert_eq!((done.status, done.stderr), (1, said));
    }
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
        &["relay", "--to", "127.0.0.1:0"],
        &["relay", "--lose", "101"],
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

#[test]
fn a_number_that_is_none_is_refused_in_words() {
    for (args, words) in [
        (&["server", "--drop-every", "0"][..], "a whole number, 1 or more"),
        (&["server", "--drop-every", "x"], "a whole number, 1 or more"),
        (&["client", "--retries", "x"], "a whole number from 0 to 1000000"),
        (&["relay", "--lose", "x"], "a whole number from 0 to 100"),
        (&["relay", "--seed", "x"], "a whole number, 0 or more"),
    ] {
        let said = run(BIN, args, b"").stderr;
        let first = said.lines().next().unwrap();
        assert!(first.ends_with(&format!(": give {words}")), "{said}");
        assert!(!said.contains("1844674407"), "{said}");
    }
}

#[test]
fn every_help_shows_an_example_and_fits_a_terminal() {
    check_help(BIN, &[&[], &["server"], &["client"], &["relay"]]);
}
