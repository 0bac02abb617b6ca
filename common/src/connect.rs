//! Connects to one of the addresses that a name has, in time.

use std::io::{self, ErrorKind, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use crate::addr::Addr;
use crate::failure::{Failure, no_socket};
use crate::resolve;

/// Connects to the first of the name's addresses that answers. `timeout` is for all: the
/// name server, and each address, which gets its share of what is left.
pub fn connect(addr: &Addr, timeout: Duration) -> io::Result<TcpStream> {
    let deadline = Instant::now() + timeout;
    let addrs = resolve::all(addr, timeout)?;
    one_of(&addrs, deadline.saturating_duration_since(Instant::now()))
}

/// Connects to the first of these addresses that answers, within `timeout` for all. Else
/// the error that tells most: that somebody refuses is worth more than that this machine
/// has no IPv6.
pub fn one_of(
    addrs: &[SocketAddr],
    timeout: Duration,
) -> io::Result<TcpStream> {
    let deadline = Instant::now() + timeout;
    let mut errors = Vec::new();
    for (tried, addr) in addrs.iter().enumerate() {
        let left = deadline.saturating_duration_since(Instant::now());
        let share = left / (addrs.len() - tried) as u32;
        let connected = if share.is_zero() {
            Err(ErrorKind::TimedOut.into())
        } else {
            TcpStream::connect_timeout(addr, share)
        };
        match connected.and_then(not_to_itself) {
            Ok(stream) => return Ok(stream),
            Err(e) => errors.push(e),
        }
    }
    // Of two that tell the same, the first.
    let most = errors.into_iter().min_by_key(|e| match e.kind() {
        ErrorKind::ConnectionRefused => 0,
        ErrorKind::TimedOut => 1,
        ErrorKind::HostUnreachable => 3,
        ErrorKind::NetworkUnreachable => 4,
        ErrorKind::AddrNotAvailable | ErrorKind::Unsupported => 5,
        _ => 2,
    });
    Err(most.unwrap_or_else(|| ErrorKind::NotFound.into()))
}

/// Is there room for so many more sockets? A tour asks before it begins: later one of its
/// ends would wait for the other, which gets no socket.
pub fn room_for(sockets: usize) -> Result<(), Failure> {
    let open = |_| UdpSocket::bind((Ipv4Addr::LOCALHOST, 0));
    let opened: io::Result<Vec<_>> = (0..sockets).map(open).collect();
    opened.map(drop).map_err(no_socket)
}

/// Where nobody listens, a connection can still come about: with itself, if the system
/// happens to draw the port that was asked for as this end's own port.
fn not_to_itself(mut stream: TcpStream) -> io::Result<TcpStream> {
    match (stream.local_addr(), stream.peer_addr()) {
        (Ok(here), Ok(there)) if here == there => {}
        _ => return Ok(stream),
    }
    // With a byte unread, the close is a reset, and the port is free at once for the
    // server that should have been there. After an orderly close it would not be.
    let _ = stream.write(b"x");
    Err(ErrorKind::ConnectionRefused.into())
}
