//! Errors that say what failed, why, and what to do about it.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};
use std::iter;

use crate::addr::Addr;
use crate::lesson::Lesson;

/// One line for a person: what failed, why, and what to do about it.
#[derive(Clone, Debug)]
pub struct Failure(String);

impl Failure {
    /// `what` names the address or the file; `remedy` is an imperative.
    pub fn new(
        what: impl fmt::Display,
        why: impl fmt::Display,
        remedy: impl fmt::Display,
    ) -> Self {
        Self(format!("{what} ({why}); {remedy}"))
    }

    /// The same with an error of the system as the reason. For some of them only one
    /// remedy helps, whatever has failed; and one that is a failure has its own.
    pub fn of(
        what: impl fmt::Display,
        e: &io::Error,
        remedy: impl fmt::Display,
    ) -> Self {
        let told = e.get_ref().and_then(|e| e.downcast_ref::<Self>());
        match (told, only_remedy(e)) {
            (Some(told), _) => told.clone(),
            (_, Some(more)) => Self::new(what, reason(e), more),
            _ => Self::new(what, reason(e), remedy),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
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

/// Errors for which std has no words: their numbers on Linux, on Windows, and on macOS
/// and the BSDs. For a shortage, the remedy, too: the same one whatever has failed.
const KNOWN: [([i32; 3], &str, Option<&str>); 5] = [
    // A datagram that cannot be sent, or on Windows one that does not fit the buffer.
    ([90, 10040, 40], "message too long", None),
    ([97, 10047, 47], "no such kind of address on this machine", None),
    ([24, 10024, 24], "too many open files", Some(MORE_FILES)),
    ([23, 4, 23], "too many open files on this machine", Some(END_OTHERS)),
    ([105, 10055, 55], "no memory left for sockets", Some(END_OTHERS)),
];

const END_OTHERS: &str = "end other programs, then try again";

const MORE_FILES: &str = if cfg!(unix) {
    "allow this program more (ulimit -n 1024, in this terminal), then try again"
} else {
    END_OTHERS
};

/// Words for an error that std has none for, and the remedy for a shortage.
fn known(e: &io::Error) -> Option<(&'static str, Option<&'static str>)> {
    let system = match () {
        () if cfg!(any(target_os = "linux", target_os = "android")) => 0,
        () if cfg!(windows) => 1,
        () => 2,
    };
    let number = e.raw_os_error()?;
    let found = KNOWN.iter().find(|known| known.0[system] == number)?;
    Some((found.1, found.2))
}

/// The remedy where the system has given all that it has, or all that it allows.
pub fn shortage(e: &io::Error) -> Option<&'static str> {
    if e.kind() == ErrorKind::OutOfMemory {
        return Some(END_OTHERS);
    }
    known(e)?.1
}

/// The remedy for a shortage, and where this machine has no way to an address: without a
/// network, or without a loopback interface.
fn only_remedy(e: &io::Error) -> Option<&'static str> {
    match e.kind() {
        ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => Some(
            "look at this machine's network settings: it has no route to that address",
        ),
        _ => shortage(e),
    }
}

/// The reason of an error in the same words on every system, where std has words for it.
pub fn reason(e: &io::Error) -> String {
    if timed_out(e) {
        return "timed out".into();
    }
    if let Some((words, _)) = known(e) {
        return words.into();
    }
    let words = e.kind().to_string();
    match (e.raw_os_error(), words.as_str()) {
        (None, _) | (_, "uncategorized error") => e.to_string(),
        _ => words,
    }
}

/// An error and its causes on one line, in these words, and with the only remedy that
/// helps, where the program has not thought of one.
pub fn explained(e: &(dyn Error + 'static)) -> String {
    let causes = iter::successors(Some(e), |&e| e.source());
    let explained = causes.map(|e| match e.downcast_ref::<io::Error>() {
        Some(e) if e.get_ref().is_none() => match only_remedy(e) {
            Some(remedy) => format!("{}; {remedy}", reason(e)),
            None => reason(e),
        },
        _ => e.to_string(),
    });
    explained.collect::<Vec<_>>().join(": ")
}

/// Why a thread cannot start, and the remedy.
pub fn no_thread(e: &io::Error) -> Failure {
    // On Unix that is EAGAIN, the same as for a timeout.
    let why = if timed_out(e) {
        "the system has none left".into()
    } else {
        reason(e)
    };
    Failure::new("cannot start a thread", why, END_OTHERS)
}

/// Why there is no socket on a free port of this machine, and the remedy.
pub fn no_socket(e: io::Error) -> Failure {
    Failure::of("cannot open a socket", &e, NO_PORT)
}

/// The remedy where every port has its program, or had one a moment ago, or where even
/// 127.0.0.1 is missing.
const NO_PORT: &str = "end other programs that use the network, check this \
                       machine's network settings, or try again in a minute";

const NO_SUCH_HOST: (&str, &str) = (
    "cannot find the host of ADDR",
    "check its spelling, or give an IP address such as 127.0.0.1",
);

/// What has failed at this address, which `what` calls ADDR.
fn failed_at(addr: &Addr, e: &io::Error, what: &str, remedy: &str) -> Failure {
    Failure::of(what.replace("ADDR", &addr.to_string()), e, remedy)
}

/// Why a server has not got its address, and the remedy.
pub fn cannot_bind(addr: &Addr) -> impl FnOnce(io::Error) -> Failure {
    move |e| cannot_listen(addr, "--addr", &e)
}

/// The same where another option chooses the address.
pub fn cannot_listen(addr: &Addr, option: &str, e: &io::Error) -> Failure {
    let (what, remedy) = match (e.kind(), addr.port()) {
        (ErrorKind::NotFound, _) => NO_SUCH_HOST,
        (ErrorKind::AddrNotAvailable, _) if !addr.is_loopback() => (
            "ADDR is not an address of this machine",
            "listen on 127.0.0.1 (this machine only) or 0.0.0.0 (every network)",
        ),
        // Every machine should have 127.0.0.1, and any port is one that is free.
        (ErrorKind::AddrNotAvailable, _) | (ErrorKind::AddrInUse, 0) => {
            ("cannot listen on ADDR", NO_PORT)
        }
        (ErrorKind::AddrInUse, _) => (
            "ADDR is taken by another program",
            "stop that program, or choose another port with OPTION (port 0 takes a \
             free one)",
        ),
        (ErrorKind::PermissionDenied, 1..1024) => (
            "not permitted to listen on ADDR",
            "choose a port above 1023 with OPTION: those below belong to the \
             administrator",
        ),
        _ => (
            "cannot listen on ADDR",
            "choose another address or port with OPTION",
        ),
    };
    failed_at(addr, e, what, &remedy.replace("OPTION", option))
}

/// Why `connect` failed, and the remedy: which command starts that lesson's server.
pub fn cannot_connect(addr: &Addr, lesson: Lesson, e: &io::Error) -> Failure {
    let (what, remedy) = match e.kind() {
        ErrorKind::NotFound => NO_SUCH_HOST,
        ErrorKind::ConnectionRefused => {
            let elsewhere = ", on the machine with that address";
            let there = if addr.is_loopback() { "" } else { elsewhere };
            let start = lesson.server_command(addr);
            let remedy = format!("start the server first{there}: {start}");
            let what = "no TCP server is listening on ADDR";
            return failed_at(addr, e, what, &remedy);
        }
        ErrorKind::ConnectionReset => return connection_lost(addr, e),
        ErrorKind::TimedOut | ErrorKind::WouldBlock => (
            "no answer from ADDR",
            "check the address, and any firewall in between",
        ),
        ErrorKind::PermissionDenied => (
            "not permitted to connect to ADDR",
            "check the address, and this machine's firewall",
        ),
        // The way there begins at a port of this machine.
        ErrorKind::AddrInUse | ErrorKind::AddrNotAvailable => {
            ("no free address or port to connect to ADDR from", NO_PORT)
        }
        _ => (
            "cannot connect to ADDR",
            "check the address, and this machine's network settings",
        ),
    };
    failed_at(addr, e, what, remedy)
}

/// Why a connection broke that had been made, and the remedy.
pub fn connection_lost(peer: impl fmt::Display, e: &io::Error) -> Failure {
    let (what, remedy) = if timed_out(e) {
        (
            format!("{peer} has stopped answering"),
            "look at the other end, or give it more time with --timeout",
        )
    } else {
        (
            format!("lost the connection to {peer}"),
            "look at what the other end says, then try again",
        )
    };
    Failure::of(what, e, remedy)
}
