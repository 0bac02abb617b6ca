//! One time for many reads.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use common::failure::timed_out;
use common::in_time::InTime;
use common::trace::{TcpStream, Trace};

#[test]
fn a_peer_that_sends_a_byte_every_now_and_then_runs_out_of_time() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        // Each byte comes long before a timeout of 200 ms for one read.
        while stream.write_all(b"x").is_ok() {
            thread::sleep(Duration::from_millis(10));
        }
    });
    let time = Duration::from_millis(200);
    let stream =
        TcpStream::connect(&addr.into(), time, &Trace::default()).unwrap();
    let started = Instant::now();
    let e = InTime::new(&stream, time)
        .read_exact(&mut [0; 10_000])
        .expect_err("the time is over long before");
    assert!(timed_out(&e), "{e}");
    assert!(started.elapsed() >= time);
}

#[test]
fn what_has_come_in_time_is_read() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let time = Duration::from_secs(30);
    let stream =
        TcpStream::connect(&addr.into(), time, &Trace::default()).unwrap();
    listener.accept().unwrap().0.write_all(b"abc").unwrap();
    let mut in_time = InTime::new(&stream, time);
    let mut text = String::new();
    in_time.read_to_string(&mut text).unwrap();
    assert_eq!(text, "abc");
    assert_ne!(in_time.read(&mut [0]).ok(), Some(1));
}

#[test]
fn no_time_at_all_is_over_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let time = Duration::from_secs(30);
    let stream =
        TcpStream::connect(&addr.into(), time, &Trace::default()).unwrap();
    let e = InTime::new(&stream, Duration::ZERO).read(&mut [0]).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::TimedOut);
}
