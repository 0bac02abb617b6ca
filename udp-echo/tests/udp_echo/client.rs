//! The client: its input, its two outputs, and the addresses that it asks.

use std::net::UdpSocket;
use std::process::Stdio;
use std::thread;

use testing::refused::{Call, in_a_network_of_its_own, refusing};
use testing::{PATIENCE, Server, closed_pipe, run_into};

use crate::peers::{BIN, asking, client, raw, received};

#[test]
fn the_client_prints_the_answers_and_nothing_else_into_a_pipe() {
    let server = Server::start(BIN, &[]);
    for (input, wanted) in [
        (
            &b"hello\n\nno UTF-8: \xff\xfe\nWindows\r\nlast"[..],
            &b"HELLO\n\nNO UTF-8: \xff\xfe\nWINDOWS\nLAST\n"[..],
        ),
        (b"", b""),
    ] {
        let done = client(&server.addr, &[], input);
        assert_eq!((done.status, &done.stdout[..]), (0, wanted));
        assert_eq!(done.stderr, "");
    }
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
fn a_line_longer_than_any_datagram_is_an_error_of_that_line_only() {
    let server = Server::start(BIN, &[]);
    // The second one is longer than what is kept of a line: its rest is no line.
    for length in [65_508, 33 << 20] {
        let mut input = vec![b'x'; length];
        input.extend(b"\nshort\n");
        let done = client(&server.addr, &[], &input);
        assert_eq!((done.status, done.text().as_str()), (1, "SHORT\n"));
        let wanted = format!(
            "error: cannot send more than 65507 bytes to {} (message too long); \
             that is the longest datagram over IPv4: shorten the line, or use \
             TCP as in lesson 1\n",
            server.addr
        );
        assert_eq!(done.stderr, wanted);

        // It has failed, whatever becomes of the lines behind it.
        let args = ["client", "--addr", &server.addr];
        let done = run_into(BIN, &args, &input, closed_pipe(), Stdio::piped());
        assert_eq!((done.status, done.stderr), (1, wanted));
    }
}

#[test]
fn a_server_is_found_by_a_name_and_by_an_address_of_either_kind() {
    for (bind, ask) in [("127.0.0.1", "localhost"), ("[::1]", "[::1]")] {
        let Ok(server) = UdpSocket::bind(format!("{bind}:0")) else {
            continue; // a machine without IPv6
        };
        server.set_read_timeout(Some(PATIENCE)).unwrap();
        let port = server.local_addr().unwrap().port();
        let addr = format!("{ask}:{port}");
        let client = thread::spawn(move || client(&addr, &[], b"hello\n"));
        let (question, from) = received(&server);
        server.send_to(&question.to_ascii_uppercase(), from).unwrap();
        assert_eq!(client.join().unwrap().text(), "HELLO\n");
    }
}

/// Where nobody has the server's port, the system can give it to the client, or to the
/// relay. Asking there, it would hear its question as the answer.
#[test]
fn neither_the_client_nor_the_relay_takes_itself_for_the_server() {
    let script = |to| {
        format!(
            "'{BIN}' relay --to 127.0.0.1:40000 & sleep 0.2; echo hello | \
             '{BIN}' client --addr {to} --timeout 0.02 --retries 24; \
             status=$?; kill $!; exit $status"
        )
    };
    // So few ports that that of the server, which is not there, is drawn, too. A relay
    // keeps those that it has drawn.
    let ask = |to, ports| {
        let ports = [("ipv4/ip_local_port_range", ports)];
        let done = in_a_network_of_its_own(&ports, &script(to));
        let Some(done) = done else { return };
        assert_eq!((done.status, done.text().as_str()), (1, ""));
        let said = format!("error: no answer from {to} (");
        assert!(done.stderr.contains(&said), "{}", done.stderr);
    };
    thread::scope(|scope| {
        scope.spawn(|| ask("127.0.0.1:40000", "40000 40003"));
        ask("127.0.0.1:9000", "40000 40027");
    });
}

#[test]
fn an_error_of_the_socket_is_told_and_a_report_of_windows_is_not() {
    let server = raw();
    let addr = server.local_addr().unwrap().to_string();
    let options = ["--timeout", "0.2", "--retries", "0"];
    // The numbers of Linux: no buffer space, and a reset, which Windows reports when
    // an earlier datagram has found nobody.
    for (error, told) in [(105, "cannot receive ("), (104, "no answer from")] {
        let asking = || client(&addr, &options, b"hello\n");
        let Some(done) = refusing(Call::RecvFrom, error, asking) else {
            return;
        };
        let wanted = format!("error: {told}");
        assert!(done.stderr.starts_with(&wanted), "{}", done.stderr);
        assert_eq!(done.status, 1);
    }
}
