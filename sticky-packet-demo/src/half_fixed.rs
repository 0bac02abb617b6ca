//! Half fixed: the length first, and one read() for each part.

use std::io::{Read, Write};

use anyhow::{Result, bail};
use byteorder::{ByteOrder, NetworkEndian, WriteBytesExt};

/// Sends the length, then the message. The length is 4 bytes in network
/// byte order, the highest first: 5 is 00 00 00 05.
pub fn send(stream: &mut impl Write, message: &[u8]) -> Result<()> {
    stream.write_u32::<NetworkEndian>(message.len() as u32)?;
    stream.write_all(message)?;
    Ok(())
}

/// Receives one message; `None` when the sender has finished.
#[expect(clippy::unused_io_amount, reason = "the bug this lesson is about")]
pub fn receive(stream: &mut impl Read) -> Result<Option<Vec<u8>>> {
    let mut prefix = [0; 4];
    if stream.read(&mut prefix)? == 0 {
        return Ok(None);
    }
    let length = NetworkEndian::read_u32(&prefix);
    // Longer than any message here: these four bytes were no length.
    // ({:02x?} shows bytes in hex; bail! returns an error.)
    if length > 65_536 {
        bail!("out of step, {prefix:02x?} read as length {length}");
    }
    let mut message = vec![0; length as usize];
    stream.read(&mut message)?;
    Ok(Some(message))
}
