//! Each kind of error has words and a remedy of its own.

use std::io::{Error, ErrorKind as K};

use common::addr::Addr;
use common::args::whole_number;
use common::failure::{
    cannot_connect, cannot_listen, connection_lost, explained, no_socket,
    no_thread, reason, timed_out,
};
use common::frame::FrameError;
use common::lesson::Lesson;
use common::message::MessageError;
use common::trace::ok_if_shut;

/// An error with a cause.
fn with_cause(cause: Error) -> Box<dyn std::error::Error + Send + Sync> {
    anyhow::Error::from(cause).context("nothing works").into()
}

#[test]
fn a_frame_or_message_error_keeps_its_cause() {
    let cause = || Error::other(with_cause(K::BrokenPipe.into()));
    let frame = FrameError::from(cause());
    let message = MessageError::from(FrameError::from(cause()));
    for e in [&frame as &dyn std::error::Error, &message] {
        assert_eq!(e.to_string(), "nothing works");
        assert_eq!(e.source().unwrap().to_string(), "broken pipe");
    }
}

const LESSON: Lesson = Lesson { name: "tcp-echo", addr: "127.0.0.1:8080" };

fn parse(addr: &str) -> Addr {
    addr.parse().unwrap()
}

/// Errors that std has no kind for, by their number on Linux.
fn raw(number: i32) -> Error {
    Error::from_raw_os_error(number)
}

#[test]
fn why_a_server_cannot_listen_and_what_helps() {
    for (addr, kind, told) in [
        ("127.0.0.1:80", K::AddrInUse, "taken by another program"),
        ("127.0.0.1:80", K::AddrInUse, "another port with --here"),
        ("127.0.0.1:80", K::PermissionDenied, "above 1023 with --here"),
        ("1.2.3.4:80", K::AddrNotAvailable, "not an address of this machine"),
        ("1.2.3.4:80", K::AddrNotAvailable, "listen on 127.0.0.1 (this"),
        ("127.0.0.1:80", K::NotFound, "cannot find the host of 127.0.0.1:80"),
        ("127.0.0.1:80", K::InvalidInput, "address or port with --here"),
        ("1.2.3.4:0", K::InvalidInput, "another address or port"),
        ("127.0.0.1:1024", K::PermissionDenied, "address or port with"),
        ("127.0.0.1:80", K::OutOfMemory, "; end other programs"),
        // The address of a tour, which has no option.
        ("127.0.0.1:0", K::AddrInUse, "end other programs"),
        ("127.0.0.1:0", K::AddrNotAvailable, "network settings"),
    ] {
        let failure =
            cannot_listen(&parse(addr), "--here", &kind.into()).to_string();
        assert!(failure.contains(told), "{kind}: {failure}");
        assert!(failure.contains(&format!("({kind})")), "{failure}");
        let is_tour = addr == "127.0.0.1:0";
        assert!(!(is_tour && failure.contains("--")), "{failure}");
    }
}

#[test]
fn why_a_client_cannot_connect_and_what_helps() {
    for (addr, kind, told) in [
        ("127.0.0.1:80", K::TimedOut, "no answer from 127.0.0.1:80 (timed"),
        ("127.0.0.1:80", K::WouldBlock, "127.0.0.1:80 (timed out)"),
        ("127.0.0.1:80", K::PermissionDenied, "not permitted to connect"),
        ("127.0.0.1:80", K::AddrNotAvailable, "port to connect to 127.0"),
        ("127.0.0.1:80", K::AddrInUse, "or try again in a minute"),
        ("127.0.0.1:80", K::NotFound, "cannot find the host of 127.0.0.1:80"),
        ("127.0.0.1:80", K::NetworkUnreachable, "settings: it has no route"),
        ("127.0.0.1:80", K::OutOfMemory, "; end other programs"),
        ("127.0.0.1:80", K::ConnectionReset, "what the other end says"),
    ] {
        let failure = cannot_connect(&parse(addr), LESSON, &kind.into());
        assert!(failure.to_string().contains(told), "{kind}: {failure}");
    }
}

#[test]
fn a_server_that_is_missing_is_to_be_started_on_its_machine() {
    let on_that = ", on the machine with that address";
    for (addr, there, option) in [
        ("127.0.0.1:8080", "", ""), // where it listens unless told otherwise
        ("127.0.0.1:9000", "", " --addr 127.0.0.1:9000"),
        ("localhost:9000", "", " --addr localhost:9000"),
        ("[::1]:9000", "", " --addr \"[::1]:9000\""),
        ("192.168.1.5:9000", on_that, " --addr 192.168.1.5:9000"),
    ] {
        let e = K::ConnectionRefused.into();
        let told = cannot_connect(&parse(addr), LESSON, &e).to_string();
        let wanted = format!(
            "no TCP server is listening on {addr} (connection refused); start the \
             server first{there}: cargo run -p tcp-echo -- server{option}"
        );
        assert_eq!(told, wanted);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_shortage_names_itself_and_what_helps_against_it_whatever_failed() {
    let addr = parse("127.0.0.1:80");
    for (number, why, remedy) in [
        (24, "too many open files", "ulimit -n"),
        (23, "too many open files on this machine", "end other programs"),
        (105, "no memory left for sockets", "end other programs"),
        (12, "out of memory", "end other programs"),
        (101, "network unreachable", "this machine's network settings"),
    ] {
        for failure in [
            cannot_listen(&addr, "--here", &raw(number)),
            cannot_connect(&addr, LESSON, &raw(number)),
            connection_lost("x", &raw(number)),
            no_socket(raw(number)),
        ] {
            let told = failure.to_string();
            assert!(told.contains(&format!("({why}); ")), "{told}");
            assert!(told.contains(remedy) && !told.contains("--"), "{told}");
        }
        // An error for which a program has no words of its own.
        let told = explained(&*with_cause(raw(number)));
        let start = format!("nothing works: {why}; ");
        assert!(told.starts_with(&start) && told.contains(remedy), "{told}");
    }
    assert_eq!(explained(&raw(2)), "entity not found");
    let no_number = explained(&Error::from(K::OutOfMemory));
    assert!(no_number.starts_with("out of memory; end other"), "{no_number}");
}

#[test]
fn a_peer_that_is_slow_has_not_gone_and_a_thread_that_is_refused_is_not_slow() {
    let told = |kind| connection_lost("x", &Error::from(kind)).to_string();
    for slow in [K::TimedOut, K::WouldBlock] {
        assert!(timed_out(&slow.into()));
        assert!(told(slow).starts_with("x has stopped answering (timed out)"));
    }
    let gone = told(K::ConnectionReset);
    assert!(gone.starts_with("lost the connection to x (connection reset)"));
    let told = "cannot start a thread (the system has none left); end other \
                programs, then try again";
    let failure = no_thread(&K::WouldBlock.into());
    assert_eq!(failure.to_string(), told);
    assert_eq!(no_socket(failure.into()).to_string(), told); // and no other remedy
}

#[test]
fn an_error_that_std_has_no_words_for_is_told_in_those_of_the_system() {
    assert_eq!(reason(&Error::other("my own words")), "my own words");
    if cfg!(target_os = "linux") {
        let told = |number| reason(&raw(number));
        assert_eq!(told(104), "connection reset");
        assert_eq!(told(90), "message too long");
        assert_eq!(told(61), "No data available (os error 61)");
    }
}

#[test]
fn a_refused_option_is_an_error_but_for_one_quirk_of_macos() {
    for kind in [K::InvalidInput, K::NotConnected] {
        let quirk = cfg!(target_vendor = "apple") && kind == K::InvalidInput;
        assert_eq!(ok_if_shut(Err(kind.into())).is_ok(), quirk);
    }
}

#[test]
fn a_number_that_is_not_taken_is_told_what_would_be() {
    for text in ["x", "", "-1", "1.5", "0", "10", "18446744073709551616"] {
        let told = whole_number(1, 9)(text).unwrap_err();
        assert_eq!(told, "give a whole number from 1 to 9");
    }
    assert_eq!(
        [1, 9].map(|n| whole_number(1, 9)(&n.to_string())),
        [Ok(1), Ok(9)]
    );
}
