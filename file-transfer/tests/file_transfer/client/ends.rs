//! An end that comes too early, and a server that stops in the middle.

use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

use socket2::SockRef;
use tempfile::tempdir;
use testing::RawServer;
use testing::files::{a_file, files, wait_for_length};
use testing::frames::read_frame;
use testing::raw::accept;
use testing::raw::wait_for_end;

use crate::client::hello::{
    EARLIER, HELLO, STALLED, WAITING, client, file,
    folder_with_an_earlier_file, hello, md5_of_hello, missing,
    not_the_protocol, one_error, refused, succeeds,
};

#[test]
fn an_end_instead_of_a_reply_is_no_reply() {
    let why = refused(RawServer::answering(&[b""]), None);
    let wanted = "ADDR closed the connection instead of answering; look at \
                  what the other end says, then try again";
    assert_eq!(why, wanted);
}

#[test]
fn an_end_inside_the_length_is_an_error() {
    let why = not_the_protocol(&hello()[..3]);
    let wanted = "the stream ended inside a frame: 1 of the 4 bytes of its \
                  length are missing";
    assert_eq!(why, wanted);
}

#[test]
fn an_end_inside_the_header_is_an_error() {
    let why = not_the_protocol(&hello()[..4 + 10]);
    let bytes = hello().len() - 4 - HELLO.len();
    let wanted = format!(
        "the stream ended inside a frame: {} of the {bytes} bytes of its \
         payload are missing",
        bytes - 10
    );
    assert_eq!(why, wanted);
}

#[test]
fn an_end_inside_the_file_keeps_what_has_come() {
    let reply = file("6", &md5_of_hello(), &HELLO[..2]);
    let server = RawServer::answering(&[&reply]);
    assert_eq!(refused(server, Some(&HELLO[..2])), missing(4));
}

#[test]
fn an_end_before_the_first_byte_of_the_file_leaves_nothing() {
    let reply = file("6", &md5_of_hello(), b"");
    assert_eq!(refused(RawServer::answering(&[&reply]), None), missing(6));
}

#[test]
fn a_reset_inside_the_file_keeps_what_has_come() {
    let dir = folder_with_an_earlier_file();
    let unfinished = dir.path().join("hello.txt.unfinished");
    let server = RawServer::new(move |listener| {
        let mut stream = accept(&listener);
        read_frame(&mut stream);
        stream.write_all(&file("6", &md5_of_hello(), &HELLO[..2])).unwrap();
        // A reset throws away what the client has not read yet.
        wait_for_length(&unfinished, 2);
        SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    });
    let done = client(&server.addr, dir.path(), &["get", "hello.txt"], b"");
    let error = one_error(&done, &server.addr);
    assert_eq!(
        error,
        "cannot get hello.txt from ADDR: lost the connection to ADDR \
         (connection reset); look at what the other end says, then try \
         again"
    );
    let kept = a_file("hello.txt.unfinished", &HELLO[..2]);
    assert_eq!(files(dir.path()), [a_file("hello.txt", EARLIER), kept]);
    server.end();
}

#[test]
fn a_stall_inside_the_length_is_given_up() {
    let server = RawServer::stalling_after(&hello()[..2]);
    assert_eq!(refused(server, None), STALLED);
}

#[test]
fn a_stall_inside_the_header_is_given_up() {
    let server = RawServer::stalling_after(&hello()[..20]);
    assert_eq!(refused(server, None), STALLED);
}

#[test]
fn a_stall_inside_the_file_is_given_up_and_what_has_come_is_kept() {
    let reply = file("6", &md5_of_hello(), &HELLO[..2]);
    let server = RawServer::stalling_after(&reply);
    assert_eq!(refused(server, Some(&HELLO[..2])), STALLED);
}

#[test]
fn a_pause_shorter_than_the_timeout_is_waited_for() {
    succeeds(RawServer::new(|listener| {
        let mut stream = accept(&listener);
        read_frame(&mut stream);
        // The client looks at the clock once a second until a reply begins; from
        // then on it waits for as long as it was told, half a minute.
        for piece in hello().chunks(hello().len() / 2) {
            stream.write_all(piece).unwrap();
            thread::sleep(Duration::from_millis(1100));
        }
        wait_for_end(&mut stream);
    }));
}

#[test]
fn a_server_that_never_answers_is_given_twenty_times_the_timeout() {
    let server = RawServer::stalling_after(b"");
    let dir = tempdir().unwrap();
    let started = Instant::now();
    let args = ["--timeout", "0.02", "get", "hello.txt"];
    let done = client(&server.addr, dir.path(), &args, b"");
    assert!(started.elapsed() >= Duration::from_millis(400));
    assert!(done.stderr.starts_with(WAITING), "{}", done.stderr);
    assert_eq!(done.stderr.matches(WAITING).count(), 1);
    let error = one_error(&done, &server.addr);
    assert_eq!(error, format!("cannot get hello.txt from ADDR: {STALLED}"));
    assert_eq!(files(dir.path()), []);
    server.end();
}

#[test]
fn a_header_that_comes_byte_by_byte_has_one_timeout_for_all_its_bytes() {
    let server = RawServer::new(|listener| {
        let mut stream = accept(&listener);
        read_frame(&mut stream);
        // The next byte comes long before a timeout for one byte would be over.
        for byte in file("6", &"x".repeat(10_000), HELLO) {
            if stream.write_all(&[byte]).is_err() {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
    });
    assert_eq!(refused(server, None), STALLED);
}

#[test]
fn a_listing_has_no_digest_to_wait_for() {
    let server = RawServer::stalling_after(b"");
    let dir = tempdir().unwrap();
    let started = Instant::now();
    let args = ["--timeout", "0.5", "list"];
    let done = client(&server.addr, dir.path(), &args, b"");
    assert!(started.elapsed() < Duration::from_millis(500 * 20));
    let wanted = format!("error: cannot list the files of ADDR: {STALLED}\n");
    assert_eq!(done.stderr.replace(&server.addr, "ADDR"), wanted);
    server.end();
}

/// Its backlog is full: the system answers no further handshake.
#[cfg(target_os = "linux")]
#[test]
fn a_server_that_takes_no_connection_is_given_up() {
    let server = socket2::Socket::new(
        socket2::Domain::IPV4,
        socket2::Type::STREAM,
        None,
    )
    .unwrap();
    let any: std::net::SocketAddr = "127.0.0.1:0".parse().unwrap();
    server.bind(&any.into()).unwrap();
    server.listen(0).unwrap();
    let addr = server.local_addr().unwrap().as_socket().unwrap();
    let soon = Duration::from_millis(200);
    let connect = || std::net::TcpStream::connect_timeout(&addr, soon);
    let full: Vec<_> = std::iter::from_fn(|| connect().ok()).collect();

    let dir = tempdir().unwrap();
    let addr = addr.to_string();
    let args = ["--timeout", "0.2", "list"];
    let done = client(&addr, dir.path(), &args, b"");
    assert_eq!(
        one_error(&done, &addr),
        "no answer from ADDR (timed out); check the address, and any firewall \
         in between"
    );
    drop(full);
}
