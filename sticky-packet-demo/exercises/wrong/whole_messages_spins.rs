//! Wrong: a read of 0 bytes is the end, and not a reason to read again.

use std::io::{self, Read};

/// Receives one message; `None` when the sender has finished.
pub fn receive(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut prefix = [0; 4];
    read_whole(stream, &mut prefix)?;
    let mut message = vec![0; u32::from_be_bytes(prefix) as usize];
    read_whole(stream, &mut message)?;
    Ok(Some(message))
}

fn read_whole(stream: &mut impl Read, part: &mut [u8]) -> io::Result<()> {
    let mut filled = 0;
    while filled < part.len() {
        filled += stream.read(&mut part[filled..])?;
    }
    Ok(())
}
