//! Errors that say what failed, why, and what to do about it.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};

use crate::addr::Addr;
use crate::lesson::Lesson;

/// One line for a person: what failed, why, and what to do about it.
#[derive(Debug)]
pub struct Failure {
    what: String,
    why: String,
    remedy: String,
}

impl Failure {
    /// `what` names the address or the file; `remedy` is an imperative.
    pub fn new(
        what: impl Into<String>,
        why: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { what: what.into(), why: why.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}); {}", self.what, self.why, self.remedy)
    }
}

impl Error for Failure {}

impl From<Failure> for io::Error {
    fn from(failure: Failure) -> Self {
        Self::other(failure)
    }
}

/// Is this the error of a call that has waited for its whole timeout?
///
/// One event with two names: Unix says `WouldBlock` (EAGAIN), Windows says `TimedOut`.
pub fn timed_out(e: &io::Error) -> bool {
    [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&e.kind())
}

/// EMSGSIZE, for which std has no kind: a datagram that cannot be sent, or on Windows one
/// that does not fit into the buffer.
const MESSAGE_TOO_LONG: i32 = if cfg!(windows) {
    10040
} else if cfg!(any(target_os = "linux", target_os = "android")) {
    90
} else {
    40 // macOS and the BSDs
};

/// The reason of an error in the same words on every system, where std has words for it.
pub fn reason(e: &io::Error) -> String {
    if timed_out(e) {
        return "timed out".into();
    }
    if e.raw_os_error() == Some(MESSAGE_TOO_LONG) {
        return "message too long".into();
    }
    let words = e.kind().to_string();
    match (e.raw_os_error(), words.as_str()) {
        (None, _) | (_, "uncategorized error") => e.to_string(),
        _ => words,
    }
}

/// Why a thread cannot start, and the remedy.
pub fn no_thread(e: &io::Error) -> Failure {
    // On Unix that is EAGAIN, the same as for a timeout.
    let why = match timed_out(e) {
        true => "the system has none left".into(),
        false => reason(e),
    };
    let remedy = "end other programs, then try again";
    Failure::new("cannot start a thread", why, remedy)
}

/// Why `bind` failed, and the remedy. `option` is the one that chooses the address.
pub fn cannot_listen(addr: &Addr, option: &str, e: &io::Error) -> Failure {
    let (what, remedy) = match e.kind() {
        ErrorKind::AddrInUse => (
            format!("{addr} is taken by another program"),
            format!(
                "stop that program, or choose another port with {option} \
                 (port 0 takes a free one)"
            ),
        ),
        ErrorKind::PermissionDenied => (
            format!("not permitted to listen on {addr}"),
            format!(
                "choose a port above 1023 with {option}: \
                 those below belong to the administrator"
            ),
        ),
        ErrorKind::AddrNotAvailable => (
            format!("{addr} is not an address of this machine"),
            "listen on 127.0.0.1 (this machine only) or 0.0.0.0 (every network)"
                .into(),
        ),
        ErrorKind::NotFound => return no_such_host(addr, e),
        _ => (
            format!("cannot listen on {addr}"),
            format!("choose another address with {option}"),
        ),
    };
    Failure::new(what, reason(e), remedy)
}

/// Why `connect` failed, and the remedy: which command starts that lesson's server.
pub fn cannot_connect(addr: &Addr, lesson: Lesson, e: &io::Error) -> Failure {
    let (what, remedy) = match e.kind() {
        ErrorKind::ConnectionRefused => (
            format!("no TCP server is listening on {addr}"),
            start_the_server(addr, lesson),
        ),
        ErrorKind::TimedOut | ErrorKind::WouldBlock => (
            format!("no answer from {addr}"),
            "check the address, and any firewall in between".into(),
        ),
        ErrorKind::PermissionDenied => (
            format!("not permitted to connect to {addr}"),
            "check the address, and this machine's firewall".into(),
        ),
        ErrorKind::NotFound => return no_such_host(addr, e),
        _ => (
            format!("cannot connect to {addr}"),
            "check the address given with --addr".into(),
        ),
    };
    Failure::new(what, reason(e), remedy)
}

/// The remedy where nothing answers: the command that starts that lesson's server, and
/// on which machine.
pub fn start_the_server(addr: &Addr, lesson: Lesson) -> String {
    let there = if addr.is_loopback() {
        ""
    } else {
        ", on the machine with that address"
    };
    format!("start the server first{there}: {}", lesson.server_command(addr))
}

/// Why a connection broke that had been made, and the remedy.
pub fn connection_lost(peer: impl fmt::Display, e: &io::Error) -> Failure {
    if timed_out(e) {
        return Failure::new(
            format!("{peer} has stopped answering"),
            reason(e),
            "look at the other end, or give it more time with --timeout",
        );
    }
    Failure::new(
        format!("lost the connection to {peer}"),
        reason(e),
        "look at what the other end says, then try again",
    )
}

fn no_such_host(addr: &Addr, e: &io::Error) -> Failure {
    Failure::new(
        format!("cannot find the host of {addr}"),
        reason(e),
        "check its spelling, or give an IP address such as 127.0.0.1",
    )
}
