//! Wrong: 8,000 bytes in a datagram. On most networks it travels in fragments, and is
//! lost when one of them is.

use std::io;
use std::net::{SocketAddr, UdpSocket};

pub use super::super::solutions::deliver::receive;
use super::super::solutions::deliver::send_part;

const PART: usize = 8000;

/// Sends the file, and returns when the receiver has all of it.
pub fn send(
    socket: &UdpSocket,
    receiver: SocketAddr,
    file: &[u8],
) -> io::Result<()> {
    let parts = file.len().div_ceil(PART).max(1);
    for number in 0..parts {
        let start = number * PART;
        let end = file.len().min(start + PART);
        let last = u8::from(number + 1 == parts);
        let datagram =
            [&(number as u32).to_be_bytes(), &[last][..], &file[start..end]];
        send_part(socket, receiver, &datagram.concat())?;
    }
    Ok(())
}
