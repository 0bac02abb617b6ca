//! Each kind of error has words and a remedy of its own.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

use std::fmt;
use std::io::{Error, ErrorKind};

use common::addr::Addr;
use common::failure::{
    cannot_connect, cannot_listen, connection_lost, no_thread, reason,
    timed_out,
};
use common::frame::FrameError;
use common::lesson::Lesson;
use common::message::MessageError;
use common::trace::ok_if_shut;

/// An error with a cause, as a stream of somebody else's can return one.
#[derive(Debug)]
struct Wrapped(Error);

impl fmt::Display for Wrapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "wrapped")
    }
}

impl std::error::Error for Wrapped {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn a_frame_or_message_error_keeps_its_cause() {
    let wrapped = || Error::other(Wrapped(ErrorKind::BrokenPipe.into()));
    let frame = FrameError::from(wrapped());
    let message = MessageError::from(FrameError::from(wrapped()));
    for e in [&frame as &dyn std::error::Error, &message] {
        assert_eq!(e.to_string(), "wrapped");
        assert_eq!(e.source().unwrap().to_string(), "broken pipe");
    }
}

const LESSON: Lesson = Lesson { name: "tcp-echo", addr: "127.0.0.1:8080" };

fn addr() -> Addr {
    "127.0.0.1:80".parse().unwrap()
}

#[test]
fn why_a_server_cannot_listen_and_what_helps() {
    for (kind, told) in [
        (ErrorKind::AddrInUse, "taken by another program"),
        (ErrorKind::AddrInUse, "another port with --here"),
        (ErrorKind::PermissionDenied, "not permitted to listen on"),
        (ErrorKind::PermissionDenied, "above 1023 with --here"),
        (ErrorKind::AddrNotAvailable, "is not an address of this machine"),
        (ErrorKind::NotFound, "cannot find the host of 127.0.0.1:80"),
        (ErrorKind::OutOfMemory, "cannot listen on 127.0.0.1:80"),
        (ErrorKind::OutOfMemory, "choose another address with --here"),
    ] {
        let failure = cannot_listen(&addr(), "--here", &Error::from(kind));
        let failure = failure.to_string();
        assert!(failure.contains(told), "{kind}: {failure}");
        assert!(failure.contains(&format!("({kind})")), "{failure}");
    }
}

#[test]
fn why_a_client_cannot_connect_and_what_helps() {
    for (kind, told) in [
        (ErrorKind::ConnectionRefused, "no TCP server is listening on"),
        (
            ErrorKind::ConnectionRefused,
            "start the server first: cargo run -p tcp-echo -- server --addr \
             127.0.0.1:80",
        ),
        (ErrorKind::TimedOut, "no answer from 127.0.0.1:80 (timed out)"),
        (ErrorKind::WouldBlock, "no answer from 127.0.0.1:80 (timed out)"),
        (ErrorKind::PermissionDenied, "not permitted to connect to"),
        (ErrorKind::NotFound, "cannot find the host of 127.0.0.1:80"),
        (ErrorKind::OutOfMemory, "check the address given with --addr"),
    ] {
        let failure = cannot_connect(&addr(), LESSON, &Error::from(kind));
        let failure = failure.to_string();
        assert!(failure.contains(told), "{kind}: {failure}");
    }
}

#[test]
fn a_peer_that_is_slow_is_not_a_peer_that_has_gone() {
    let told = |kind| connection_lost("x", &Error::from(kind)).to_string();
    assert!(told(ErrorKind::TimedOut).starts_with("x has stopped answering"));
    let gone = told(ErrorKind::ConnectionReset);
    assert!(gone.starts_with("lost the connection to x (connection reset)"));
}

#[test]
fn an_error_that_std_has_no_words_for_is_told_in_those_of_the_system() {
    assert_eq!(reason(&Error::other("my own words")), "my own words");
    if cfg!(target_os = "linux") {
        let told = |number| reason(&Error::from_raw_os_error(number));
        assert_eq!(told(104), "connection reset");
        assert_eq!(told(90), "message too long");
        assert_eq!(told(61), "No data available (os error 61)");
    }
}

#[test]
fn only_a_timeout_has_timed_out() {
    for (kind, wanted) in [
        (ErrorKind::WouldBlock, true),
        (ErrorKind::TimedOut, true),
        (ErrorKind::ConnectionReset, false),
    ] {
        assert_eq!(timed_out(&Error::from(kind)), wanted, "{kind}");
    }
}

#[test]
fn a_thread_that_cannot_start_has_not_timed_out() {
    let e = Error::from(ErrorKind::WouldBlock);
    assert_eq!(reason(&e), "timed out");
    let told = "cannot start a thread (the system has none left); end other \
                programs, then try again";
    assert_eq!(no_thread(&e).to_string(), told);
}

#[test]
fn a_refused_option_is_an_error_but_for_one_quirk_of_macos() {
    for kind in [ErrorKind::InvalidInput, ErrorKind::NotConnected] {
        let quirk =
            cfg!(target_vendor = "apple") && kind == ErrorKind::InvalidInput;
        assert_eq!(ok_if_shut(Err(kind.into())).is_ok(), quirk);
    }
}
