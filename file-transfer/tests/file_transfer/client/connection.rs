//! One connection, and several commands.

use std::io::Write;
use std::net::Shutdown;

use tempfile::tempdir;
use testing::RawServer;
use testing::frames::read_frame;
use testing::raw::{accept, wait_for_end};

use crate::files::assert_holds;
use crate::messages::{abc, error, listing};
use crate::programs::{messages, one_error, run_client};

#[test]
fn one_connection_is_enough_for_an_error_a_listing_and_a_file() {
    // It would not answer on a second one.
    let list = listing(&[("abc.txt", 3)]);
    let replies = [error("no such file: b"), list, abc("abc.txt")];
    let server = RawServer::answering(&replies.each_ref().map(|r| &r[..]));
    let dir = tempdir().unwrap();
    let input = b"get b\nlist\nget abc.txt\n";
    let done = run_client(&server.addr, dir.path(), &[], input);
    let error = one_error(&done, &server.addr);
    let wanted = "cannot get b from ADDR: the server says: no such file: b";
    assert_eq!((&error[..], done.text().lines().count()), (wanted, 2));
    assert_holds(dir.path(), &[("abc.txt", b"abc")]);
    server.end();
}

#[test]
fn after_a_connection_that_has_ended_the_next_command_makes_another() {
    let whole = abc("abc.txt");
    let more = [&whole[..], b"and more"].concat();
    // What comes on the first connection, and how the commands end.
    for (reply, ends) in [
        (&whole[..20], ["ended inside a frame", ""].as_slice()),
        (&whole, &["", ""]),
        (&more, &["", "does not keep to the protocol", ""]),
    ] {
        let first = reply.to_vec();
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
            let mut stream = accept(&listener);
            read_frame(&mut stream);
            stream.write_all(&abc("abc.txt")).unwrap();
            wait_for_end(&mut stream);
        });
        if ends == ["", ""] && !cfg!(target_os = "linux") {
            continue; // the end could come later than the next command
        }
        let dir = tempdir().unwrap();
        // An empty line is in between: so nothing is asked for ahead.
        let input = b"get abc.txt\n\n".repeat(ends.len());
        let done = run_client(&server.addr, dir.path(), &[], &input);
        let said = messages(&done);
        let errors: Vec<_> = ends.iter().filter(|e| !e.is_empty()).collect();
        assert_eq!(said.lines().count(), errors.len(), "{said}");
        assert!(errors.iter().all(|error| said.contains(**error)), "{said}");
        let saved = done.text().lines().count();
        assert_eq!(saved + errors.len(), ends.len());
        assert_holds(dir.path(), &[("abc.txt", b"abc")]);
        server.end();
    }
}
