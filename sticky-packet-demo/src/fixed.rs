//! Fixed: the length first, and for each part as many read()s as it takes.

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
pub fn receive(stream: &mut impl Read) -> Result<Option<Vec<u8>>> {
    let mut prefix = [0; 4];
    if !read_whole(stream, &mut prefix)? {
        return Ok(None);
    }
    let length = NetworkEndian::read_u32(&prefix);
    // Longer than any message here: these four bytes were no length.
    // ({:02x?} shows bytes in hex; bail! returns an error.)
    if length > 65_536 {
        bail!("out of step, {prefix:02x?} read as length {length}");
    }
    let mut message = vec![0; length as usize];
    if !read_whole(stream, &mut message)? {
        bail!("the stream ended after a length");
    }
    Ok(Some(message))
}

/// One read() returns what has arrived so far, so this function repeats
/// it until `part` is full. False: the stream ended before the first byte.
fn read_whole(stream: &mut impl Read, part: &mut [u8]) -> Result<bool> {
    let mut filled = 0;
    while filled < part.len() {
        match stream.read(&mut part[filled..])? {
            0 if filled == 0 => return Ok(false),
            0 => bail!("the stream ended inside a message"),
            n => filled += n,
        }
    }
    Ok(true)
}
