//! The next request leaves before the last file is finished.

use std::io::Write;

use tempfile::tempdir;
use testing::RawServer;
use testing::frames::{frame, read_frame};
use testing::raw::{accept, wait_for_end};
use testing::refused::{Call, refusing};

use crate::files::assert_holds;
use crate::messages::{error, file, get};
use crate::programs::{Sharing, assert_succeeded, messages, run_client};

const A: (&str, &[u8]) = ("a", b"A");
const B: (&str, &[u8]) = ("b", b"B");

#[test]
fn two_files_are_asked_for_before_the_first_one_comes() {
    let both = [file("a", b"A"), file("b", b"B")].concat();
    let no_a = [error("no such file: a"), file("b", b"B")].concat();
    let no_b = [file("a", b"A"), error("no such file: b")].concat();
    for (args, input, replies, came) in [
        (&["get", "a", "b"][..], "", &both, &[A, B][..]),
        (&[], "get a\nget b\n", &both, &[A, B]),
        (&["get", "a", "b"], "", &no_a, &[B]),
        (&["get", "a", "b"], "", &no_b, &[A]),
    ] {
        let replies = replies.clone();
        let server = RawServer::new(move |listener| {
            let mut stream = accept(&listener);
            for name in ["a", "b"] {
                assert_eq!(frame(read_frame(&mut stream)), get(name));
            }
            stream.write_all(&replies).unwrap();
            wait_for_end(&mut stream);
        });
        let dir = tempdir().unwrap();
        let done = run_client(&server.addr, dir.path(), args, input.as_bytes());
        server.end();
        assert_eq!(messages(&done).lines().count(), 2 - came.len());
        assert_holds(dir.path(), came);
    }
}

#[test]
fn eight_files_are_asked_for_ahead_and_not_a_ninth() {
    let names: Vec<_> = ('a'..='j').map(String::from).collect();
    let asked = names.clone();
    let server = RawServer::new(move |listener| {
        let mut stream = accept(&listener);
        let (last, first) = asked.split_last().unwrap();
        for name in first {
            assert_eq!(frame(read_frame(&mut stream)), get(name));
        }
        stream.set_nonblocking(true).unwrap();
        assert!(stream.peek(&mut [0]).is_err(), "the ninth");
        stream.set_nonblocking(false).unwrap();
        for name in first {
            stream.write_all(&file(name, b"x")).unwrap();
        }
        assert_eq!(frame(read_frame(&mut stream)), get(last));
        stream.write_all(&file(last, b"x")).unwrap();
    });
    let dir = tempdir().unwrap();
    let args =
        [&["get"], &names.iter().map(|s| &s[..]).collect::<Vec<_>>()[..]];
    let done = run_client(&server.addr, dir.path(), &args.concat(), b"");
    server.end();
    assert_eq!(done.status, 0, "{done:?}");
    assert_eq!(dir.path().read_dir().unwrap().count(), 10);
}

/// Both ends then agree no more on what comes next: the second file is asked for again.
#[test]
fn what_was_asked_ahead_arrives_after_the_first_one_has_failed() {
    let cut = &file("a", b"AAAA")[..30];
    let mut wrong = file("a", b"A");
    *wrong.last_mut().unwrap() = b'?';
    // What comes first; what is asked for then; and what the client says.
    for (first, then, said) in [
        (cut.to_vec(), &[B][..], "error: cannot get a from"),
        (wrong, &[A, B], "The digest is wrong: once more"),
    ] {
        let asked = then.to_vec();
        let server = RawServer::new(move |listener| {
            let mut stream = accept(&listener);
            read_frame(&mut stream);
            stream.write_all(&first).unwrap();
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            let mut stream = accept(&listener);
            for (name, content) in asked {
                assert_eq!(frame(read_frame(&mut stream)), get(name));
                stream.write_all(&file(name, content)).unwrap();
            }
        });
        let dir = tempdir().unwrap();
        let done =
            run_client(&server.addr, dir.path(), &["get", "a", "b"], b"");
        server.end();
        assert!(messages(&done).starts_with(said), "{done:?}");
        assert_holds(dir.path(), then);
    }
}

/// Else the client would wait for the reply to a request that has never left.
#[test]
fn what_could_not_be_asked_ahead_is_asked_for_later() {
    let sharing = Sharing::start(&[]);
    let names = ["a", "b", "c"].map(|name| name.repeat(240));
    names.iter().for_each(|name| sharing.write(name, "abc"));
    let dir = tempdir().unwrap();
    let get = ["get", "abc.txt", &names[0], &names[1], &names[2]];
    let no_buffer = 105; // ENOBUFS
    let client = || run_client(&sharing.addr, dir.path(), &get, b"");
    if let Some(done) = refusing(Call::SendMuch, no_buffer, client) {
        assert_succeeded(&done);
        assert_eq!(dir.path().read_dir().unwrap().count(), 4);
    }
}

#[test]
fn a_file_that_is_here_in_part_is_not_asked_for_ahead() {
    let dir = tempdir().unwrap();
    std::fs::write(dir.path().join("b.unfinished"), b"B").unwrap();
    let wrong = "0".repeat(32);
    let rest = frame(format!(
        r#"{{"status":"file","filename":"b","file_size":2,"offset":1,"md5":"{wrong}"}}"#
    ));
    let get_rest = r#"{"command":"get","filename":"b","offset":1}"#;
    let again = file("b", b"BB");
    let server = RawServer::expecting([
        (r#"{"command":"get","filename":"a"}"#, file("a", b"A")),
        (get_rest, [&rest[..], b"B"].concat()),
        (r#"{"command":"get","filename":"b"}"#, again),
    ]);
    let done = run_client(&server.addr, dir.path(), &["get", "a", "b"], b"");
    server.end();
    assert_eq!(done.status, 0, "{done:?}");
    assert_holds(dir.path(), &[A, ("b", b"BB")]);
}
