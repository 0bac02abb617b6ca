//! Calls that are interrupted end in their time.

use std::io::{self, Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::failure::timed_out;
use common::trace::{TcpStream, Trace, UdpSocket};

/// Stops a process, and lets it go on, twenty times a second: on Linux that interrupts
/// each call of it that waits with a timeout.
#[cfg(unix)]
#[test]
fn a_call_that_is_interrupted_again_and_again_ends_in_its_time() {
    let mut waiting = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "time::each_call_waits_for_a_moment"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let script = "for _ in $(seq 240); do
        kill -STOP $1 && kill -CONT $1 || exit; sleep 0.05; done";
    let mut stopping = Command::new("sh")
        .args(["-c", script, "sh", &waiting.id().to_string()])
        .spawn()
        .unwrap();
    let ended = waiting.wait().unwrap();
    let _ = stopping.kill();
    stopping.wait().unwrap();
    assert!(ended.success());
}

#[test]
#[ignore = "the test above runs it in a process of its own"]
fn each_call_waits_for_a_moment() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap().into();
    let (long, trace) = (Duration::from_secs(30), Trace::default());
    let stream = TcpStream::connect(&addr, long, &trace).unwrap();
    let datagrams = UdpSocket::bind("127.0.0.1:0", &trace).unwrap();
    let time = Some(Duration::from_millis(120));
    stream.set_read_timeout(time).unwrap();
    datagrams.set_read_timeout(time).unwrap();
    let in_time = |call: &dyn Fn() -> io::Result<usize>| {
        let started = Instant::now();
        let e = call().unwrap_err();
        assert!(timed_out(&e), "{e}");
        let took = started.elapsed();
        // Were each interruption a new start, it would last as long as they do.
        assert!(took < Duration::from_secs(10), "{took:?}");
    };
    in_time(&|| stream.peek(&mut [0]));
    in_time(&|| (&stream).read(&mut [0]));
    in_time(&|| datagrams.recv_from(&mut [0]).map(|(n, _)| n));
    // The timeout is what it was before, and what comes is read.
    assert_eq!(stream.read_timeout().unwrap(), time);
    let (mut there, _) = listener.accept().unwrap();
    there.write_all(b"x").unwrap();
    assert_eq!((&stream).read(&mut [0]).unwrap(), 1);
}
