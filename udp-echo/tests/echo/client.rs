//! The client: its input, and its two outputs.

use std::net::UdpSocket;
use std::process::Stdio;

use testing::PATIENCE;
use testing::Server;
use testing::closed_pipe;
use testing::full_disk;
use testing::refused::{Call, refusing};
use testing::run_into;

use crate::peers::{BIN, asking, client, raw, received};

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
fn a_line_longer_than_any_datagram_is_an_error_of_that_line_only() {
    let server = Server::start(BIN, &[]);
    let mut input = vec![b'x'; 65_508];
    input.extend(b"\nshort\n");
    let done = client(&server.addr, &[], &input);
    assert_eq!((done.status, done.text().as_str()), (1, "SHORT\n"));
    let failed = format!(
        "error: cannot send more than 65507 bytes to {} (message too long",
        server.addr
    );
    let remedy = "); that is the longest datagram over IPv4: shorten the line, \
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

#[test]
fn an_error_of_the_socket_is_told_and_a_report_of_windows_is_not() {
    let server = raw();
    let addr = server.local_addr().unwrap().to_string();
    let options = ["--timeout", "0.2", "--retries", "0"];
    // The numbers of Linux: no buffer space, and a reset, which Windows reports when
    // an earlier datagram has found nobody.
    for (error, told) in [(105, "cannot receive"), (104, "no answer from")] {
        let asking = || client(&addr, &options, b"hello\n");
        let Some(done) = refusing(Call::RecvFrom, error, asking) else {
            return;
        };
        let wanted = format!("error: {told}");
        assert!(done.stderr.starts_with(&wanted), "{}", done.stderr);
        assert_eq!(done.status, 1);
    }
}
