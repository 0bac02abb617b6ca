//! One connection, and several commands: the next request leaves before the last file is
//! finished, and where the connection ends, another one is made.

use std::io::Write;
use std::net::{Shutdown, TcpListener, TcpStream};

use testing::RawServer;
use testing::frames::{frame, read_frame};
use testing::raw::{accept, wait_for_end};
use testing::refused::{Call, refusing};

use crate::downloads::Folder;
use crate::messages::{abc, error, file, file_from, get, listing};
use crate::programs::until;

const A: (&str, &[u8]) = ("a", b"A");
const B: (&str, &[u8]) = ("b", b"B");
const GET_A: &str = r#"{"command":"get","filename":"a"}"#;
const GET_B: &str = r#"{"command":"get","filename":"b"}"#;

/// The next request is for this file.
fn asked(stream: &mut TcpStream, name: &str) {
    assert_eq!(frame(read_frame(stream)), get(name));
}

/// On the next connection these are asked for, and come.
fn serve(listener: &TcpListener, files: &[(&str, &[u8])]) {
    let mut stream = accept(listener);
    for (name, content) in files {
        asked(&mut stream, name);
        stream.write_all(&file(name, content)).unwrap();
    }
    wait_for_end(&mut stream);
}

#[test]
fn one_connection_is_enough_for_an_error_a_listing_and_a_file() {
    // It would not answer on a second one.
    let list = listing(&[("abc.txt", 3)]);
    let replies = [error("no such file: b"), list, abc("abc.txt")];
    let server = RawServer::answering(&replies.each_ref().map(|r| &r[..]));
    let dir = Folder::new();
    let ended = dir.run_with(server, &[], "get b\nlist\nget abc.txt\n");
    let wanted = "cannot get b from ADDR: the server says: no such file: b";
    assert_eq!((ended.error(), ended.out.lines().count()), (wanted, 2));
    dir.holds(&[("abc.txt", b"abc")]);
}

#[test]
fn two_files_are_asked_for_before_the_first_one_comes() {
    let (a, b, none) =
        (file("a", b"A"), file("b", b"B"), error("no such file"));
    for (args, input, replies, came) in [
        (&["get", "a", "b"][..], "", [&a, &b], &[A, B][..]),
        (&[], "get a\nget b\n", [&a, &b], &[A, B]),
        (&["get", "a", "b"], "", [&none, &b], &[B]),
        (&["get", "a", "b"], "", [&a, &none], &[A]),
    ] {
        let replies = replies.map(Vec::as_slice).concat();
        let both = [(GET_A, Vec::new()), (GET_B, replies)];
        let dir = Folder::new();
        let ended = dir.run_with(RawServer::expecting(both), args, input);
        assert_eq!(ended.said.lines().count(), 2 - came.len());
        dir.holds(came);
    }
}

#[test]
fn requests_of_2_kilobytes_leave_ahead_and_no_more() {
    // Each has 256 bytes: one for the first file, then eight in one write.
    let names: Vec<_> =
        ('a'..='j').map(|c| c.to_string().repeat(221)).collect();
    let named = names.clone();
    let server = RawServer::new(move |listener| {
        let mut stream = accept(&listener);
        let (last, first) = named.split_last().unwrap();
        first.iter().for_each(|name| asked(&mut stream, name));
        stream.set_nonblocking(true).unwrap();
        assert!(stream.peek(&mut [0]).is_err(), "one more");
        stream.set_nonblocking(false).unwrap();
        let replies = first.iter().map(|name| file(name, b"x"));
        stream.write_all(&Vec::from_iter(replies).concat()).unwrap();
        asked(&mut stream, last);
        stream.write_all(&file(last, b"x")).unwrap();
    });
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let dir = Folder::new();
    dir.run_with(server, &[&["get"], &names[..]].concat(), "").succeeded();
    dir.holds(&Vec::from_iter(names.iter().map(|name| (*name, &b"x"[..]))));
}

/// Both ends then agree no more on what comes next: what is not here yet is asked for on
/// another connection.
#[test]
fn after_a_connection_that_has_ended_the_next_file_comes_on_another() {
    let a = file("a", b"A");
    let more = [&a[..], b"and more"].concat();
    let wrong = [&a[..a.len() - 1], b"?"].concat();
    // An empty line is in between: so nothing is asked for ahead.
    let (twice, three) = ("get a\n\nget a\n", "get a\n\nget a\n\nget a\n");
    let both = &["get", "a", "b"][..];
    // What comes on the first connection; the commands; what the client says; how many
    // files it saves; and what is asked for on the second connection.
    for (first, args, input, said, saved, then) in [
        (&a[..20], &[][..], twice, "ended inside a frame", 1, &[A][..]),
        (&a, &[], twice, "", 2, &[A]),
        (&more, &[], three, "does not keep to the protocol", 2, &[A]),
        (&a[..a.len() - 1], both, "", "cannot get a from", 1, &[B]),
        (&wrong, both, "", "The digest is wrong: once more", 2, &[A, B]),
        (&a, &["get", "a", "a"], "", "", 2, &[A]),
    ] {
        if said.is_empty() && !cfg!(target_os = "linux") {
            continue; // the end could come later than the next command
        }
        let first = first.to_vec();
        let server = RawServer::new(move |listener| {
            let mut stream = accept(&listener);
            read_frame(&mut stream);
            // Corked, the last bytes and the end travel in one packet: a client that
            // has the file knows of the end, too.
            #[cfg(target_os = "linux")]
            socket2::SockRef::from(&stream).set_tcp_cork(true).unwrap();
            stream.write_all(&first).unwrap();
            stream.shutdown(Shutdown::Write).unwrap();
            wait_for_end(&mut stream);
            serve(&listener, then);
        });
        let dir = Folder::new();
        let ended = dir.run_with(server, args, input);
        let lines = [&ended.said, &ended.out].map(|text| text.lines().count());
        assert_eq!(lines, [usize::from(!said.is_empty()), saved], "{ended:?}");
        assert!(ended.said.contains(said), "{ended:?}");
        dir.holds(then);
    }
}

/// What was asked for ahead on the connection before is not waited for there.
#[test]
fn where_no_other_connection_can_be_made_every_command_says_so() {
    let mut wrong = file("a", b"A");
    *wrong.last_mut().unwrap() = b'?';
    let server = RawServer::new(move |listener| {
        let mut stream = accept(&listener);
        let addr = listener.local_addr().unwrap();
        drop(listener);
        // A program that another test starts may have a copy of it for a moment.
        until(|| TcpStream::connect(addr).is_err());
        ["a", "b", "c"].iter().for_each(|name| asked(&mut stream, name));
        stream.write_all(&wrong).unwrap();
        wait_for_end(&mut stream);
    });
    let dir = Folder::new();
    let ended = dir.run_with(server, &["get", "a", "b", "c"], "");
    let refused = ended.said.matches("no TCP server is listening").count();
    assert_eq!((ended.status, refused), (1, 3), "{ended:?}");
    dir.holds(&[]);
}

/// After a minute without a sign of the server's machine, the system gives it up: a
/// timeout, which is not that of a wait.
#[test]
fn a_connection_that_the_system_has_given_up_is_made_again() {
    let server = RawServer::new(|listener| {
        wait_for_end(&mut accept(&listener));
        serve(&listener, &[A]);
    });
    let (dir, given_up) = (Folder::new(), 110); // ETIMEDOUT
    let get = ["--timeout", "1", "get", "a"];
    let client = || dir.run(&server.addr, &get, "");
    if let Some(ended) = refusing(Call::Peek, given_up, client) {
        ended.succeeded();
        server.end();
    }
}

/// Else the client would wait for the reply to a request that has never left. And words
/// that nobody has asked for do not keep a connection that cannot send.
#[test]
fn what_could_not_be_asked_ahead_is_asked_for_on_another_connection() {
    let names = ["b", "c"].map(|name| name.repeat(240));
    for unasked in [Vec::new(), error("the server is shut down")] {
        let [b, c] = names.clone();
        let server = RawServer::new(move |listener| {
            let mut stream = accept(&listener);
            asked(&mut stream, "a");
            let came = [file("a", b"A"), unasked].concat();
            stream.write_all(&came).unwrap();
            wait_for_end(&mut stream);
            serve(&listener, &[(&b, b"x"), (&c, b"x")]);
        });
        let (dir, no_buffer) = (Folder::new(), 105); // ENOBUFS
        let get = ["get", "a", &names[0], &names[1]];
        let client = || dir.run(&server.addr, &get, "");
        let Some(ended) = refusing(Call::SendMuch, no_buffer, client) else {
            return;
        };
        ended.succeeded();
        dir.holds(&[A, (&names[0], b"x"), (&names[1], b"x")]);
        server.end();
    }
}

#[test]
fn a_file_that_is_here_in_part_is_not_asked_for_ahead() {
    let get_rest = r#"{"command":"get","filename":"b","offset":1}"#;
    let rest = file_from("b", b"BB", 1);
    let server =
        RawServer::expecting([(GET_A, file("a", b"A")), (get_rest, rest)]);
    let dir = Folder::with(&[("b.unfinished", b"B")]);
    dir.run_with(server, &["get", "a", "b"], "").succeeded();
    dir.holds(&[A, ("b", b"BB")]);
}
