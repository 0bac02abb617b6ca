//! The client: its input, its two outputs, and servers that are not as they should be.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Stdio;

use testing::raw::{Nobody, accept};
use testing::refused::in_a_network_of_its_own;
use testing::{Finished, RawServer, Server, run, run_into};

use crate::BIN;

fn client(addr: &str, input: &[u8]) -> Finished {
    run(BIN, &["client", "--addr", addr, "--timeout", "20"], input)
}

#[test]
fn the_client_prints_the_replies_and_nothing_else_into_a_pipe() {
    let server = Server::start(BIN, &[]);
    for (input, wanted) in [
        (
            &b"hello\n\nno UTF-8: \xff\xfe\nlast"[..],
            &b"HELLO\n\nNO UTF-8: \xff\xfe\nLAST"[..],
        ),
        (b"", b""),
    ] {
        let done = client(&server.addr, input);
        assert_eq!((done.status, &done.stdout[..]), (0, wanted));
        assert_eq!(done.stderr, "");
    }
}

/// A client that wrote all of it first would wait for a server that waits for it.
#[test]
fn a_long_line_leaves_in_pieces_and_each_is_read_back_before_the_next() {
    let server = Server::start(BIN, &[]);
    let args = ["client", "--addr", &server.addr, "--trace"];
    let done = run(BIN, &args, &[b'x'; 20_000]);
    assert_eq!(done.stdout, [b'X'; 20_000]);
    let (mut on_the_way, mut written) = (0, 0);
    for call in done.stderr.lines() {
        let words: Vec<&str> = call.split_whitespace().collect();
        let length = || words[2].parse::<usize>().unwrap();
        match words[1] {
            "write" => {
                assert_eq!(on_the_way, 0, "{}", done.stderr);
                on_the_way = length();
                assert!(on_the_way <= 1024); // for which every system has room
                written += on_the_way;
            }
            "read" => on_the_way -= length(),
            _ => {}
        }
    }
    assert_eq!((on_the_way, written), (0, 20_000));
}

#[test]
fn a_long_line_comes_back_through_the_smallest_buffers() {
    let buffers = [
        ("ipv4/tcp_rmem", "4096 4096 4096"),
        ("ipv4/tcp_wmem", "4096 4096 4096"),
    ];
    let script = format!(
        "'{BIN}' server & until '{BIN}' client </dev/null; do sleep 0.1; done; \
         head -c 20000 /dev/zero | '{BIN}' client | wc -c; kill $!"
    );
    if let Some(done) = in_a_network_of_its_own(&buffers, &script) {
        assert_eq!(done.text().trim(), "20000", "{}", done.stderr);
    }
}

#[test]
fn a_server_that_is_none_of_ours_is_an_error_of_one_line_with_a_remedy() {
    let closed = "error: the server closed the connection (3 of 6 bytes \
                  unanswered); look at what the other end says, then try again\n";
    let other = "error: the reply is not our line in upper case";
    let remedy = "leads to a server of tcp-echo\n";
    for (reply, said, remedy) in [
        (&b"hello\n"[..], other, remedy),
        (b"HELLO!", other, remedy),
        (b"HELLO\nand more", other, remedy),
        (&[7; 1024], other, remedy),
        (b"HEL", closed, ""),
    ] {
        let server = RawServer::new(move |listener| {
            let mut stream = accept(&listener);
            stream.read_exact(&mut [0; 6]).unwrap();
            stream.write_all(reply).unwrap();
        });
        let done = client(&server.addr, b"hello\n");
        server.end();
        assert_eq!((done.status, done.stdout.len()), (1, 0));
        assert!(done.stderr.starts_with(said), "{}", done.stderr);
        assert!(done.stderr.ends_with(remedy), "{}", done.stderr);
        assert_eq!(done.stderr.lines().count(), 1);
    }
}

#[test]
fn a_server_that_never_answers_is_waited_for_no_longer_than_the_timeout() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap().to_string();
    let args = ["client", "--addr", &addr, "--timeout", "0.1"];
    let done = run(BIN, &args, b"hello\n");
    assert_eq!(done.status, 1);
    assert!(done.stderr.contains("has stopped answering (timed out)"));
}

/// Where nobody listens, the system can draw the port that is asked for as the client's
/// own. Of so few ports it draws each.
#[test]
fn a_client_takes_no_connection_to_itself() {
    let ports = [("ipv4/ip_local_port_range", "40000 40003")];
    let script = format!(
        "for i in $(seq 20); do '{BIN}' client --addr 127.0.0.1:40000; done; \
         grep -c :9C40 /proc/net/tcp"
    );
    if let Some(done) = in_a_network_of_its_own(&ports, &script) {
        let refused = done.stderr.matches("(connection refused)").count();
        assert_eq!(refused, 20, "{}", done.stderr);
        // And the port (9C40 is 40000) is free for the server that was missing.
        assert_eq!(done.text(), "0\n");
    }
}

/// Two programs can share a stderr: no line gets into another one.
#[cfg(unix)]
#[test]
fn a_server_that_is_not_there_is_named_in_a_single_write() {
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixDatagram;
    // A datagram for each write.
    let (stderr, ours) = UnixDatagram::pair().unwrap();
    ours.set_read_timeout(Some(testing::PATIENCE)).unwrap();
    let stderr = Stdio::from(OwnedFd::from(stderr));
    let nobody = Nobody::new();
    let addr = &nobody.addr;
    let args = ["client", "--addr", addr];
    let done = run_into(BIN, &args, b"", Stdio::piped(), stderr);
    assert_eq!(done.status, 1);
    let mut line = [0; 1000];
    let n = ours.recv(&mut line).unwrap();
    let wanted = format!(
        "error: no TCP server is listening on {addr} (connection refused); \
         start the server first: cargo run -p tcp-echo -- server --addr {addr}\n"
    );
    assert_eq!(String::from_utf8_lossy(&line[..n]), wanted);
}
