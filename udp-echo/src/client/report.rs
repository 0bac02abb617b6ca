//! What the client says while it asks one question, and when no answer comes.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use common::addr::Addr;
pub use common::failure::no_socket;
use common::failure::{self, Failure, timed_out};
use common::output::bytes;
use common::resolve;

use crate::lesson::LESSON;

/// The story of one question.
pub struct Report {
    server: SocketAddr,
    log: fn(String),
    /// Who else has sent something.
    stranger: Option<SocketAddr>,
}

impl Report {
    /// Nothing to tell yet.
    pub fn new(server: SocketAddr, log: fn(String)) -> Self {
        Self { server, log, stranger: None }
    }

    /// Says that the next try begins.
    pub fn asking_again(&self, tries: u64, retries: u64, timeout: Duration) {
        let seconds = timeout.as_secs_f64();
        (self.log)(format!(
            "no answer in {seconds} s, retry {tries} of {retries}"
        ));
    }

    /// Says that a datagram was not taken for the answer.
    pub fn ignored(&mut self, n: usize, from: SocketAddr) {
        let (n, server) = (bytes(n), self.server);
        (self.log)(format!("ignored {n} from {from}, which is not {server}"));
        self.stranger = Some(from);
    }

    /// Why no answer was taken.
    pub fn no_answer(&self, retries: u64, timeout: Duration) -> Failure {
        let server = self.server;
        let (why, remedy) = match self.stranger {
            // A server on 0.0.0.0 that was asked at its second address answers from
            // its first one: the system chooses by the way to the client.
            Some(other) => (
                format!(
                    "{other} sent something, but {server} was asked, and an \
                     answer from anybody else is not taken"
                ),
                format!(
                    "if {other} is your server, ask it there: --addr {}",
                    Addr::from(other).in_a_command()
                ),
            ),
            None => (
                format!("waited {} x {} s", retries + 1, timeout.as_secs_f64()),
                format!(
                    "ask again with more --retries or --timeout, or see \
                     whether a UDP server runs there: {}",
                    LESSON.server_command(&server.into())
                ),
            ),
        };
        Failure::new(format!("no answer from {server}"), why, remedy)
    }
}

/// Finds the server's address. Nothing is sent: only an answer will show that a server is
/// there.
pub fn find(addr: &Addr, timeout: Duration) -> Result<SocketAddr, Failure> {
    let found = resolve::first(addr, timeout);
    found.map_err(|e| failure::cannot_connect(addr, LESSON, &e))
}

/// How many bytes a datagram over IPv4 holds at most: a packet has at most 65,535, of
/// which the IP header takes 20 and the UDP header 8.
pub const LONGEST_IPV4: usize = 65_507;

/// The same over IPv6, which does not count its own header.
const LONGEST_IPV6: usize = 65_527;

/// What this system allows, if that is less.
const SYSTEM_LIMIT: usize =
    if cfg!(any(target_os = "macos", target_os = "freebsd")) {
        9216
    } else {
        LONGEST_IPV6
    };

/// Why a question could not be sent.
pub fn cannot_send(
    question: &[u8],
    to: SocketAddr,
) -> impl FnOnce(io::Error) -> Failure {
    let length = question.len();
    let (longest, ip) = if to.ip().to_canonical().is_ipv4() {
        (LONGEST_IPV4, "IPv4")
    } else {
        (LONGEST_IPV6, "IPv6")
    };
    move |e| {
        let (what, remedy) = if length > longest {
            (
                format!("more than {longest} bytes"),
                format!(
                    "that is the longest datagram over {ip}: shorten the line, \
                     or use TCP as in lesson 1"
                ),
            )
        } else if length > SYSTEM_LIMIT {
            (
                format!("more than {SYSTEM_LIMIT} bytes"),
                "this system allows no more: shorten the line, or allow more \
                 with: sudo sysctl -w net.inet.udp.maxdgram=65535"
                    .into(),
            )
        } else {
            let remedy = "check the address, and this machine's firewall";
            (bytes(length), remedy.into())
        };
        Failure::of(format!("cannot send {what} to {to}"), &e, remedy)
    }
}

/// The time until then; `None` when it is over.
pub fn time_left(deadline: Instant) -> Option<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    Some(left).filter(|left| !left.is_zero())
}

/// Nothing has come, and that is no error. Any other error is one.
pub fn allow_silence(e: io::Error) -> Result<(), Failure> {
    // On Windows, a reset: no program has the server's port. But such a report can be
    // forged, and the server may start soon.
    if timed_out(&e) || e.kind() == io::ErrorKind::ConnectionReset {
        return Ok(());
    }
    let remedy = "look at this machine's network settings";
    Err(Failure::of("cannot receive", &e, remedy))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_to_ask_is_quoted_for_the_shell() {
        let other = "[::1]:8080".parse().unwrap();
        let mut report = Report::new(other, |_| {});
        report.ignored(1, other);
        let told = report.no_answer(0, Duration::ZERO).to_string();
        assert!(told.ends_with(r#"--addr "[::1]:8080""#), "{told}");
    }

    #[test]
    fn a_datagram_is_too_long_from_the_first_byte_that_does_not_fit() {
        for (to, longest, ip) in [
            ("127.0.0.1:8080", 65_507, "IPv4"),
            ("[::ffff:127.0.0.1]:8080", 65_507, "IPv4"),
            ("[::1]:8080", 65_527, "IPv6"),
        ] {
            let told = |length| {
                let e = io::ErrorKind::PermissionDenied.into();
                cannot_send(&vec![0; length], to.parse().unwrap())(e)
                    .to_string()
            };
            let wanted = format!(
                "cannot send more than {longest} bytes to {to} (permission \
                 denied); that is the longest datagram over {ip}: "
            );
            assert!(told(longest + 1).starts_with(&wanted));
            if SYSTEM_LIMIT < longest {
                assert!(told(longest).contains("sysctl"));
                assert!(told(SYSTEM_LIMIT + 1).contains("sysctl"));
            }
            let fits = told(SYSTEM_LIMIT.min(longest));
            assert!(fits.contains("; check the address"), "{fits}");
        }
    }
}
