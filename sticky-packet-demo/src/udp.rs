//! For contrast, UDP: a datagram is one message, and arrives whole or not
//! at all.

use std::net::SocketAddr;

use anyhow::Result;
use common::trace::UdpSocket;

/// Sends one message: one call, one datagram.
pub fn send(socket: &UdpSocket, message: &[u8], to: SocketAddr) -> Result<()> {
    socket.send_to(message, to)?;
    Ok(())
}

/// Receives one message. Without a connection there is no end of stream,
/// so there is no `None`.
pub fn receive(socket: &UdpSocket) -> Result<Vec<u8>> {
    let mut message = vec![0; 65_535]; // no datagram is longer
    let (n, _from) = socket.recv_from(&mut message)?;
    message.truncate(n);
    Ok(message)
}
