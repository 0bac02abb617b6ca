//! A server that stops in the middle, or does not begin.

use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

use socket2::SockRef;
use testing::RawServer;
use testing::program::finish;
use testing::raw::{Nobody, accept, send_end, wait_for_end};
use testing::refused::{Call, refusing};

use crate::client::lies::{list_fails, refused};
use crate::downloads::{EARLIER, Folder, WAITING, wait_for_length};
use crate::messages::{abc, error, file, listing};
use crate::programs::Sharing;

const STALLED: &str = "ADDR has stopped answering (timed out); look at the other end, or \
                       give it more time with --timeout";

#[test]
fn an_error_that_comes_before_the_request_is_told() {
    let server = RawServer::new(|listener| {
        let mut stream = accept(&listener);
        stream.write_all(&error("256 at a time; later")).unwrap();
        send_end(&mut stream);
    });
    let why = refused(server, None);
    assert_eq!(why, "the server says: 256 at a time; later");
}

#[test]
fn a_reset_inside_the_file_keeps_what_has_come() {
    let dir = Folder::with(&[("abc.txt", EARLIER)]);
    let unfinished = dir.path.join("abc.txt.unfinished");
    let server = RawServer::asked(move |mut stream| {
        let reply = abc("abc.txt");
        stream.write_all(&reply[..reply.len() - 1]).unwrap();
        // A reset throws away what the client has not read yet.
        wait_for_length(&unfinished, 2);
        SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    });
    assert_eq!(
        dir.get_from(server, "abc.txt").error(),
        "cannot get abc.txt from ADDR: lost the connection to ADDR \
         (connection reset); look at what the other end says, then try \
         again"
    );
    dir.holds(&[("abc.txt", EARLIER), ("abc.txt.unfinished", b"ab")]);
}

#[test]
fn a_stall_is_given_up_wherever_it_begins() {
    let reply = abc("abc.txt");
    let all = reply.len();
    for (sent, kept) in [(2, None), (20, None), (all - 1, Some(&b"ab"[..]))] {
        let server = RawServer::stalling_after(&reply[..sent]);
        assert_eq!(refused(server, kept), STALLED, "{sent} bytes");
    }
    let three = listing(&[("a", 1), ("b", 2), ("c", 3)]);
    let two = RawServer::stalling_after(&three[..three.len() - 10]);
    assert_eq!(list_fails(two, "0.5", 2), STALLED);
    // A listing has no digest to wait for.
    let started = Instant::now();
    let nothing = RawServer::stalling_after(b"");
    assert_eq!(list_fails(nothing, "0.5", 0), STALLED);
    assert!(started.elapsed() < Duration::from_millis(500 * 20));
}

#[test]
fn a_pause_shorter_than_the_timeout_is_waited_for() {
    let server = RawServer::asked(|mut stream| {
        // The client looks at the clock once a second until a reply begins; from
        // then on it waits for as long as it was told, half a minute.
        let reply = abc("abc.txt");
        let (header, content) = reply.split_at(reply.len() - 2);
        let (begin, header) = header.split_at(2);
        for (pause, part) in [(0, begin), (1100, header), (1100, content)] {
            thread::sleep(Duration::from_millis(pause));
            stream.write_all(part).unwrap();
        }
        wait_for_end(&mut stream);
    });
    Folder::new().get_from(server, "abc.txt").succeeded();
}

#[test]
fn a_server_that_never_answers_is_given_twenty_times_the_timeout() {
    let server = RawServer::stalling_after(b"");
    let dir = Folder::new();
    let started = Instant::now();
    let args = ["--timeout", "0.02", "get", "abc.txt"];
    let done = finish(dir.client(&server.addr, &args), b"");
    assert!(started.elapsed() >= Duration::from_millis(400));
    assert_eq!(done.stderr.matches(WAITING).count(), 1);
    let ended = dir.ended(done, &server.addr);
    server.end();
    let wanted = format!("cannot get abc.txt from ADDR: {STALLED}");
    assert_eq!(ended.error(), wanted);
    dir.holds(&[]);
}

#[test]
fn a_header_that_comes_byte_by_byte_has_one_timeout_for_all_its_bytes() {
    let server = RawServer::asked(|mut stream| {
        // The next byte comes long before a timeout for one byte would be over.
        for byte in file(&"n".repeat(10_000), b"abc") {
            if stream.write_all(&[byte]).is_err() {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
    });
    assert_eq!(refused(server, None), STALLED);
}

#[test]
fn no_server_at_all_is_one_error_that_says_how_to_start_it() {
    let nobody = Nobody::new();
    assert_eq!(
        Folder::new().run(&nobody.addr, &["get", "a", "b", "c"], "").error(),
        "no TCP server is listening on ADDR (connection refused); start the server \
         first: cargo run -p file-transfer -- server --addr ADDR"
    );
}

#[test]
fn a_connection_that_cannot_be_set_up_is_an_error_with_its_address() {
    let sharing = Sharing::start(&[]);
    let get = || Folder::new().get(&sharing.addr, "abc.txt");
    let not_available = 92; // ENOPROTOOPT
    if let Some(ended) = refusing(Call::Keepalive, not_available, get) {
        ended.failed("cannot connect to ADDR (Protocol not available");
    }
}
