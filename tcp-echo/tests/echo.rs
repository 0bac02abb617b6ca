//! Drives the real binary over real sockets.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use socket2::SockRef;
use testing::{
    Finished, PATIENCE, Server, check_help, check_readme, closed_pipe,
    full_disk, run, run_into,
};

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
fn the_tour_ends_on_its_own_and_shows_every_step() {
    let tour = run(BIN, &[], b"");
    assert_eq!((tour.status, tour.stderr.as_str()), (0, ""));
    for step in 1..=7 {
        assert!(tour.text().contains(&format!("\n{step}. ")), "{step}");
    }
    assert!(tour.text().contains("Reads by the server: 3."));
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    check_readme("README.md", BIN, &[]);
}

#[test]
fn the_questions_readme_shows_what_the_program_prints() {
    check_readme("../common/questions.md", BIN, &[]);
}

#[test]
fn the_server_passes_every_check_of_grade() {
    let server = Server::start(BIN, &[]);
    let addr = server.addr.parse().unwrap();
    let mut server = grade::Server::at(addr);
    grade::assert_passes(grade::Lesson::TcpEcho, &mut server);
}

#[test]
fn the_client_prints_the_replies_and_nothing_else_into_a_pipe() {
    let server = Server::start(BIN, &[]);
    let done = client(&server.addr, b"hello\n\nno UTF-8: \xff\xfe\nlast");
    assert_eq!(done.stdout, b"HELLO\n\nNO UTF-8: \xff\xfe\nLAST");
    assert_eq!((done.status, done.stderr.as_str()), (0, ""));
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
        let said = "error: the reply is not our line in upper case; check ";
        assert!(done.stderr.starts_with(said), "{}", done.stderr);
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
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = free.local_addr().unwrap().to_string();
    drop(free);
    let done = client(&addr, b"hello\n");
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
fn wrong_usage_ends_with_status_2() {
    for args in [
        &["serve"][..],
        &["client", "--addr", "nonsense"],
        &["client", "--addr", "127.0.0.1:65536"],
        &["client", "--addr", "127.0.0.1:0"], // port 0 is for servers
        &["client", "--addr", "0.0.0.0:8080"], // and so is every network
        &["client", "--addr", "[::]:8080"],
        &["client", "--timeout", "-1"],
    ] {
        assert_eq!(run(BIN, args, b"").status, 2, "{args:?}");
    }
}

#[test]
fn the_trace_shows_every_call_with_its_bytes_made_printable() {
    let server = Server::start(BIN, &["--trace"]);
    let args = ["client", "--addr", &server.addr, "--trace"];
    let done = run(BIN, &args, b"\x1b[31m\n");
    assert_eq!(done.stdout, b"\x1b[31M\n");
    let wanted = "client     write        6 bytes  1b 5b 33 31 6d 0a  \
                  |\\x1b[31m\\n|\n";
    assert!(done.stderr.contains(wanted), "{}", done.stderr);
    let log = server.said(|log| log.contains("close"));
    assert!(log.contains("server #1  read         0 bytes  end of stream"));
    assert!(!log.contains('\x1b') && !done.stderr.contains('\x1b'));
}

#[test]
fn a_server_whose_log_nobody_reads_goes_on_serving() {
    let server = Server::start_and_close_its_log(BIN, &["--trace"]);
    for _ in 0..3 {
        assert_eq!(echo(raw(&server), b"still there"), b"STILL THERE");
    }
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
fn a_closed_pipe_ends_a_client_and_a_tour_quietly() {
    let server = Server::start(BIN, &[]);
    for args in [&["client", "--addr", &server.addr][..], &[], &["--help"]] {
        let done =
            run_into(BIN, args, b"hello\n", closed_pipe(), Stdio::piped());
        assert_eq!((done.status, done.stderr.as_str()), (0, ""), "{args:?}");
    }
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
fn the_help_is_complete_and_fits_a_terminal() {
    check_help(BIN, &[&[], &["server"], &["client"]]);
}

#[test]
fn an_address_in_the_wrong_place_is_answered_with_the_option_for_it() {
    for args in [
        &["server", "127.0.0.1:9000"][..],
        &["server", "--port", "9000"],
        &["client", "--host=example.com"],
        &["client", "9000"],
    ] {
        let done = run(BIN, args, b"");
        assert_eq!(done.status, 2);
        assert!(done.stderr.contains("--addr HOST:PORT"), "{}", done.stderr);
    }
}

#[test]
fn a_server_on_every_network_gives_an_address_for_other_machines() {
    let args = ["server", "--addr", "0.0.0.0:0"];
    let server = Server::listening(BIN, &args, false);
    let log = server.said(|log| log.lines().count() == 2);
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
