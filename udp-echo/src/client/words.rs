//! The words of the client when a question gets no answer, or cannot be sent.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use common::failure::{Failure, reason};
use common::output::bytes;

use crate::LESSON;

/// The longest datagram, in bytes: an IPv4 packet has at most 65,535, of which
/// the IP header takes 20 and the UDP header 8.
pub const MAX_DATAGRAM: usize = 65_507;

/// The same of this system.
const SYSTEM_LIMIT: usize =
    if cfg!(any(target_os = "macos", target_os = "freebsd")) {
        9216
    } else {
        MAX_DATAGRAM
    };

/// Says that the next try begins.
pub fn trying_again(tries: u64, retries: u64, timeout: Duration) -> String {
    let seconds = timeout.as_secs_f64();
    format!("no answer in {seconds} s, retry {tries} of {retries}")
}

/// Says that a datagram was not taken for the answer.
pub fn ignored(n: usize, from: SocketAddr, server: SocketAddr) -> String {
    format!("ignored {} from {from}, which is not {server}", bytes(n))
}

/// Why no answer was taken. `stranger` is somebody else who has sent something.
pub fn no_answer(
    server: SocketAddr,
    timeout: Duration,
    retries: u64,
    stranger: Option<SocketAddr>,
) -> Failure {
    let (why, remedy) = match stranger {
        // A server on 0.0.0.0 that was asked at its second address answers from
        // its first one: the system chooses by the way to the client.
        Some(other) => (
            format!(
                "{other} sent something, but {server} was asked, and an answer \
                 from anybody else is not taken"
            ),
            format!("if {other} is your server, ask it there: --addr {other}"),
        ),
        None => (
            format!("waited {} x {} s", retries + 1, timeout.as_secs_f64()),
            format!(
                "ask again with more --retries or --timeout, or see whether a \
                 UDP server runs there: {}",
                LESSON.server_command(&server.into())
            ),
        ),
    };
    Failure::new(format!("no answer from {server}"), why, remedy)
}

/// Why a question could not be sent.
pub fn cannot_send(length: usize, to: SocketAddr, e: &io::Error) -> Failure {
    let remedy = if length > MAX_DATAGRAM {
        "over IPv4 a datagram holds at most 65507 bytes: shorten the line, \
         or use TCP as in lesson 1"
    } else if length > SYSTEM_LIMIT {
        "this system sends at most 9216 bytes: shorten the line, \
         or allow more with: sudo sysctl -w net.inet.udp.maxdgram=65535"
    } else {
        "check the address given with --addr"
    };
    let length = bytes(length);
    Failure::new(format!("cannot send {length} to {to}"), reason(e), remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remedy(length: usize) -> String {
        let e = io::Error::from(io::ErrorKind::PermissionDenied);
        let to = SocketAddr::from(([127, 0, 0, 1], 8080));
        let told = cannot_send(length, to, &e).to_string();
        told.split_once("; ").unwrap().1.to_string()
    }

    #[test]
    fn a_datagram_is_too_long_from_the_first_byte_that_does_not_fit() {
        for length in [0, SYSTEM_LIMIT] {
            assert!(remedy(length).starts_with("check the address"));
        }
        if SYSTEM_LIMIT < MAX_DATAGRAM {
            for length in [SYSTEM_LIMIT + 1, MAX_DATAGRAM] {
                assert!(remedy(length).contains("sysctl"));
            }
        }
        assert!(remedy(MAX_DATAGRAM + 1).starts_with("over IPv4"));
    }
}
