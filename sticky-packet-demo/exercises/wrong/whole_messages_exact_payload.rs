//! Wrong: the payload is read exactly, but a single `read` must bring the whole length.
#![allow(clippy::unused_io_amount, reason = "the bug this answer is about")]

use std::io::{self, Read};

/// Receives one message; `None` when the sender has finished.
pub fn receive(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut prefix = [0; 4];
    if stream.read(&mut prefix)? == 0 {
        return Ok(None);
    }
    let length = (u32::from_be_bytes(prefix) as usize).min(100_000);
    let mut message = vec![0; length];
    stream.read_exact(&mut message)?;
    Ok(Some(message))
}
