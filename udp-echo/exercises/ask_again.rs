//! Ask a UDP server over a network that loses datagrams: send the question, wait for the
//! server's answer, and ask again when none comes.
//!
//! `tries` is how often to ask in all, `wait` how long to wait each time. When no answer
//! has come, return an error. Over IPv4 a datagram holds up to 65,507 bytes. Anybody can
//! send something to your port, as often as they like: only the server's answer counts.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

/// Returns the server's answer.
pub fn ask_again(
    server: SocketAddr,
    question: &[u8],
    wait: Duration,
    tries: u32,
) -> io::Result<Vec<u8>> {
    todo!()
}
