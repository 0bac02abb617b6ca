//! Send a file over a bad network, in datagrams: all of it arrives, once, in order. Write
//! both ends.
//!
//! What they send each other is up to you. The network loses datagrams, delivers some of
//! them twice, and lets some overtake others, in both directions. It throws away every
//! datagram of more than 1,400 bytes. It is fast: when no answer has come after 50 ms,
//! send again. When nothing has come from the other end for 1 second, give up with an
//! error. The receiver waits for the first datagram as long as it takes.

use std::io;
use std::net::{SocketAddr, UdpSocket};

/// Sends the file, and returns when the receiver has all of it.
pub fn send(
    socket: &UdpSocket,
    receiver: SocketAddr,
    file: &[u8],
) -> io::Result<()> {
    todo!()
}

/// Receives a file.
pub fn receive(socket: &UdpSocket) -> io::Result<Vec<u8>> {
    todo!()
}
