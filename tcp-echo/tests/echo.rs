//! The two ends, over real sockets.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

use std::io::Read;
use std::io::Write;
use std::net::Shutdown;
use std::net::TcpListener;
use std::net::TcpStream;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use socket2::SockRef;
use testing::Finished;
use testing::PATIENCE;
use testing::Server;
use testing::closed_pipe;
use testing::full_disk;
use testing::raw::Nobody;
use testing::run;
use testing::run_into;

const BIN: &str = env!("CARGO_BIN_EXE_tcp-echo");

fn client(addr: &str, input: &[u8]) -> Finished {
    run(BIN, &["client", "--addr", addr], input)
}

/// A connection without our client in between.
fn raw(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(&server.addr).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Sends the bytes, says that they are all, and returns all that comes back.
fn echo(mut stream: TcpStream, bytes: &[u8]) -> Vec<u8> {
    stream.write_all(bytes).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).unwrap();
    reply
}

#[test]
fn the_client_prints_the_replies_and_nothing_else_into_a_pipe() {
    let server = Server::start(BIN, &[]);
    let done = client(&server.addr, b"hello\n\nno UTF-8: \xff\xfe\nlast");
    assert_eq!(done.stdout, b"HELLO\n\nNO UTF-8: \xff\xfe\nLAST");
    assert_eq!((done.status, done.stderr.as_str()), (0, ""));
}

#[test]
fn a_long_line_leaves_in_pieces_for_which_every_system_has_room() {
    let server = Server::start(BIN, &[]);
    let line = [b'x'; 2_500];
    let args = ["client", "--addr", &server.addr, "--trace"];
    let done = run(BIN, &args, &line);
    let writes = done.stderr.lines().filter(|call| call.contains(" write "));
    let lengths = writes.filter_map(|call| call.split_whitespace().nth(2));
    assert_eq!(lengths.collect::<Vec<_>>(), ["1024", "1024", "452"]);
}

#[test]
fn an_empty_input_is_no_error() {
    let server = Server::start(BIN, &[]);
    let done = client(&server.addr, b"");
    assert_eq!((done.status, done.stdout.len()), (0, 0));
    server.said(|log| log.contains("closed after 0 bytes"));
}

#[test]
fn a_reply_that_is_not_the_line_in_upper_case_is_an_error() {
    for reply in [&b"hello\n"[..], b"HELLO!", b"HELLO\nand more"] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap().to_string();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.read_exact(&mut [0; 6]).unwrap();
            stream.write_all(reply).unwrap();
        });
        let done = client(&addr, b"hello\n");
        server.join().unwrap();
        assert_eq!((done.status, done.stdout.len()), (1, 0));
        let said = "error: the reply is not our line in upper case (it says: ";
        assert!(done.stderr.starts_with(said), "{}", done.stderr);
        assert!(done.stderr.ends_with("a server of tcp-echo\n"));
        assert_eq!(done.stderr.lines().count(), 1);
    }
}

#[test]
fn a_line_of_20_megabytes_deadlocks_nobody() {
    let server = Server::start(BIN, &[]);
    let mut line = vec![b'x'; 20_000_000];
    line.push(b'\n');
    let done = client(&server.addr, &line);
    assert_eq!(done.status, 0, "{}", done.stderr);
    assert!(done.stdout == line.to_ascii_uppercase());
}

#[test]
fn a_client_that_resets_ends_its_own_connection_only() {
    let server = Server::start(BIN, &[]);
    let stream = raw(&server);
    SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    server.said(|log| log.contains("connected"));
    drop(stream);
    server.said(|log| log.contains("lost") || log.contains("closed"));
    assert_eq!(echo(raw(&server), b"alive"), b"ALIVE");
}

#[test]
fn a_client_that_closes_ends_its_own_connection_only() {
    let server = Server::start(BIN, &[]);
    drop(raw(&server));
    server.said(|log| log.contains("closed after 0 bytes"));
    assert_eq!(echo(raw(&server), b"alive"), b"ALIVE");
}

#[test]
fn two_hundred_clients_at_once_are_all_served() {
    let server = Server::start(BIN, &[]);
    let streams: Vec<_> = (0..200).map(|_| raw(&server)).collect();
    for (i, stream) in streams.into_iter().enumerate() {
        let message = format!("client {i}");
        let reply = echo(stream, message.as_bytes());
        assert_eq!(reply, message.to_ascii_uppercase().as_bytes());
    }
}

#[test]
fn a_sequential_server_answers_the_second_client_when_the_first_has_left() {
    let server = Server::start(BIN, &["--sequential"]);
    let mut first = raw(&server);
    first.write_all(b"first").unwrap();
    first.read_exact(&mut [0; 5]).unwrap();

    // Connected and unanswered: the backlog holds it.
    let mut second = raw(&server);
    second.write_all(b"second").unwrap();
    second.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    assert!(second.read(&mut [0; 6]).is_err());

    drop(first);
    second.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut reply = [0; 6];
    second.read_exact(&mut reply).unwrap();
    assert_eq!(&reply, b"SECOND");
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
fn a_client_without_a_server_says_how_to_start_one() {
    let nobody = Nobody::new();
    let addr = &nobody.addr;
    let done = client(addr, b"hello\n");
    assert_eq!(done.status, 1);
    assert_eq!(
        done.stderr,
        format!(
            "error: no TCP server is listening on {addr} (connection refused); start \
             the server first: cargo run -p tcp-echo -- server --addr {addr}\n"
        )
    );
}

#[test]
fn a_name_that_nobody_knows_is_named() {
    let done = client("no-such-host.invalid:8080", b"");
    assert_eq!(done.status, 1);
    let wanted = "error: cannot find the host of no-such-host.invalid:8080 (";
    assert!(done.stderr.starts_with(wanted), "{}", done.stderr);
}

#[test]
fn a_server_that_stops_in_the_middle_of_a_reply_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap().to_string();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.read_exact(&mut [0; 6]).unwrap();
        stream.write_all(b"HEL").unwrap();
    });
    let done = client(&addr, b"hello\n");
    server.join().unwrap();
    assert_eq!(done.status, 1);
    assert!(done.stderr.contains("3 of 6 bytes"), "{}", done.stderr);
}

#[test]
fn a_server_that_never_answers_is_waited_for_no_longer_than_the_timeout() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap().to_string();
    let args = ["client", "--addr", &addr, "--timeout", "0.1"];
    let done = run(BIN, &args, &vec![b'x'; 20_000_000]);
    assert_eq!(done.status, 1);
    assert!(done.stderr.contains("has stopped answering (timed out)"));
}

#[test]
fn a_server_whose_log_nobody_reads_goes_on_serving() {
    let server = Server::start_and_close_its_log(BIN, &["--trace"]);
    for _ in 0..3 {
        assert_eq!(echo(raw(&server), b"still there"), b"STILL THERE");
    }
}

/// Two programs can share a stderr: no line gets into another one.
#[cfg(unix)]
#[test]
fn a_message_is_a_single_write() {
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixDatagram;
    // A datagram for each write.
    let (stderr, ours) = UnixDatagram::pair().unwrap();
    ours.set_read_timeout(Some(PATIENCE)).unwrap();
    let stderr = Stdio::from(OwnedFd::from(stderr));
    let args = ["client", "--addr", "127.0.0.1:1"];
    let done = run_into(BIN, &args, b"", Stdio::piped(), stderr);
    assert_eq!(done.status, 1);
    let mut line = [0; 1000];
    let n = ours.recv(&mut line).unwrap();
    let line = String::from_utf8_lossy(&line[..n]);
    assert!(line.starts_with("error: no TCP server"), "{line}");
    assert!(line.ends_with("--addr 127.0.0.1:1\n"), "{line}");
}

#[test]
fn a_client_whose_messages_nobody_reads_tells_the_truth_by_its_status() {
    let server = Server::start(BIN, &[]);
    let args = ["client", "--addr", &server.addr, "--trace"];
    for stderr in [Some(closed_pipe()), full_disk()].into_iter().flatten() {
        let done = run_into(BIN, &args, b"hello\n", Stdio::piped(), stderr);
        assert_eq!((done.status, &done.stdout[..]), (0, &b"HELLO\n"[..]));
    }
    let nobody = ["client", "--addr", "127.0.0.1:1"];
    let done =
        run_into(BIN, &nobody, b"hello\n", Stdio::piped(), closed_pipe());
    assert_eq!(done.status, 1);
}

#[test]
fn a_server_on_every_network_gives_an_address_for_other_machines() {
    let args = ["server", "--addr", "0.0.0.0:0"];
    let server = Server::listening(BIN, &args, false);
    let log = server.said(|log| log.lines().count() >= 2);
    let port = server.addr.strip_prefix("0.0.0.0:").unwrap();
    let second = log.lines().nth(1).unwrap();
    let addr = second.strip_prefix("from another machine: --addr ").unwrap();
    assert!(addr.contains(&format!(":{port}")), "{second}");
    if !addr.starts_with("ADDRESS") {
        let stream = TcpStream::connect(addr).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        assert_eq!(echo(stream, b"hello"), b"HELLO");
    }
}
