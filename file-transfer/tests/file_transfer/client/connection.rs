//! One connection, and several commands.

use std::io::{ErrorKind, Write};
use std::net::TcpStream;

use tempfile::tempdir;
use testing::RawServer;
use testing::files::{a_file, files};
use testing::frames::read_frame;
use testing::raw::{Nobody, accept, send_end, wait_for_end};

use crate::client::hello::{
    ENTRY, HELLO, HELLO_MD5, ONCE_MORE, client, digest_is, error, file, hello,
    listing, md5_of_hello, messages, one_error, refused,
};

/// Answers a request like this and closes; sends hello.txt when the client comes again.
fn leaving_once(answer: impl FnOnce(TcpStream) + Send + 'static) -> RawServer {
    RawServer::new(|listener| {
        let mut first = accept(&listener);
        read_frame(&mut first);
        answer(first);
        let mut second = accept(&listener);
        read_frame(&mut second);
        second.write_all(&hello()).unwrap();
        wait_for_end(&mut second);
    })
}

#[test]
fn the_connection_survives_an_error_a_wrong_digest_and_a_listing() {
    let server = RawServer::new(|listener| {
        let mut stream = accept(&listener);
        let damaged = file("6", &md5_of_hello(), b"hallo\n");
        let list = listing("1", &[ENTRY]);
        let error = error("no such file: missing");
        for reply in [error, damaged.clone(), damaged, list, hello()] {
            read_frame(&mut stream);
            stream.write_all(&reply).unwrap();
        }
        wait_for_end(&mut stream);
        // One connection was enough for all of this.
        listener.set_nonblocking(true).unwrap();
        let second = listener.accept().unwrap_err();
        assert_eq!(second.kind(), ErrorKind::WouldBlock);
    });
    let dir = tempdir().unwrap();
    let input = b"get missing\nget hello.txt\nlist\nget hello.txt\n";
    let done = client(&server.addr, dir.path(), &[], input);
    assert_eq!(done.status, 1);
    let md5_of_hallo = "aee97cb3ad288ef0add6c6b5b5fae48a";
    let damaged = digest_is("md5", md5_of_hallo, HELLO_MD5);
    let errors = format!(
        "error: cannot get missing from {0}: the server says: no such file: \
         missing\n{ONCE_MORE}error: cannot get hello.txt from {0}: {damaged}\n",
        server.addr
    );
    assert_eq!(messages(&done), errors);
    assert_eq!(done.text().lines().count(), 2);
    assert_eq!(files(dir.path()), [a_file("hello.txt", HELLO)]);
    server.end();
}

#[test]
fn after_a_lost_connection_the_next_command_connects_again() {
    let server = leaving_once(|mut first| {
        first.write_all(&hello()[..20]).unwrap();
    });
    let dir = tempdir().unwrap();
    let input = b"get hello.txt\nget hello.txt\n";
    let done = client(&server.addr, dir.path(), &[], input);
    one_error(&done, &server.addr);
    assert_eq!(done.text().lines().count(), 1);
    assert_eq!(files(dir.path()), [a_file("hello.txt", HELLO)]);
    server.end();
}

#[cfg(target_os = "linux")]
#[test]
fn a_connection_that_ended_between_two_commands_is_made_again() {
    let server = leaving_once(|mut first| {
        // Corked, the last bytes and the end travel in one packet: a client
        // that has the file knows of the end, too.
        socket2::SockRef::from(&first).set_tcp_cork(true).unwrap();
        first.write_all(&hello()).unwrap();
    });
    let dir = tempdir().unwrap();
    let input = b"get hello.txt\nget hello.txt\n";
    let done = client(&server.addr, dir.path(), &[], input);
    assert_eq!((done.status, messages(&done)), (0, "".into()));
    assert_eq!(done.text().lines().count(), 2);
    server.end();
}

#[test]
fn a_server_that_refuses_and_closes_is_quoted() {
    let server = RawServer::new(|listener| {
        // Even before the first request.
        let mut stream = accept(&listener);
        stream.write_all(&error("256 clients at a time; later")).unwrap();
        send_end(&mut stream);
    });
    let why = refused(server, None);
    assert_eq!(why, "the server says: 256 clients at a time; later");
}

#[test]
fn bytes_after_a_whole_file_are_noticed_by_the_next_command() {
    let server = RawServer::new(|listener| {
        let mut first = accept(&listener);
        read_frame(&mut first);
        let garbage = &b"and more"[..];
        first.write_all(&[&hello(), garbage].concat()).unwrap();
        wait_for_end(&mut first);
        let mut second = accept(&listener);
        read_frame(&mut second);
        second.write_all(&hello()).unwrap();
        wait_for_end(&mut second);
    });
    let dir = tempdir().unwrap();
    let input = b"get hello.txt\nget hello.txt\nget hello.txt\n";
    let done = client(&server.addr, dir.path(), &[], input);
    let error = one_error(&done, &server.addr);
    assert!(error.contains("does not keep to the protocol"), "{error}");
    assert_eq!(done.text().lines().count(), 2);
    assert_eq!(files(dir.path()), [a_file("hello.txt", HELLO)]);
    server.end();
}

#[test]
fn no_server_at_all_is_one_error_that_says_how_to_start_it() {
    let nobody = Nobody::new();
    let dir = tempdir().unwrap();
    let done = client(&nobody.addr, dir.path(), &["get", "a", "b", "c"], b"");
    assert_eq!(
        one_error(&done, &nobody.addr),
        "no TCP server is listening on ADDR (connection refused); start the server \
         first: cargo run -p file-transfer -- server --addr ADDR"
    );
}
