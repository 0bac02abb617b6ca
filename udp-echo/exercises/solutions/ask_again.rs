//! A new socket for each try, and one deadline for all that arrives at it.

use std::io;
use std::io::ErrorKind::{ConnectionReset, Interrupted, TimedOut, WouldBlock};
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

/// Returns the server's answer.
pub fn ask_again(
    server: SocketAddr,
    question: &[u8],
    wait: Duration,
    tries: u32,
) -> io::Result<Vec<u8>> {
    for _ in 0..tries {
        // With a new port, late answers to an earlier try find nobody.
        let any = if server.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
        let socket = UdpSocket::bind(any)?;
        socket.send_to(question, server)?;
        if let Some(answer) = answer(&socket, server, wait)? {
            return Ok(answer);
        }
    }
    Err(TimedOut.into())
}

/// What the server sends within this time.
fn answer(
    socket: &UdpSocket,
    server: SocketAddr,
    wait: Duration,
) -> io::Result<Option<Vec<u8>>> {
    let deadline = Instant::now() + wait;
    let mut buffer = vec![0; 65_535];
    loop {
        // What is left of the time: a stranger's datagram does not begin it again.
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(None);
        }
        socket.set_read_timeout(Some(left))?;
        match socket.recv_from(&mut buffer) {
            Ok((n, from)) if from == server => {
                return Ok(Some(buffer[..n].to_vec()));
            }
            Ok((_, _stranger)) => {}
            Err(e) if goes_on(&e) => {}
            Err(e) => return Err(e),
        }
    }
}

/// The time is over (two names for it), a signal came, or Windows says that nobody has
/// the port: the server may be about to start.
fn goes_on(e: &io::Error) -> bool {
    matches!(e.kind(), WouldBlock | TimedOut | Interrupted | ConnectionReset)
}
