//! Wrong: one `read` for each part, as in `src/half_fixed.rs`.
#![allow(clippy::unused_io_amount, reason = "the bug this answer is about")]

use std::io::{self, Read};

/// Receives one message; `None` when the sender has finished.
pub fn receive(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut prefix = [0; 4];
    if stream.read(&mut prefix)? == 0 {
        return Ok(None);
    }
    let mut message = vec![0; length(prefix)];
    stream.read(&mut message)?;
    Ok(Some(message))
}

/// Out of step it would be gigabytes.
fn length(prefix: [u8; 4]) -> usize {
    (u32::from_be_bytes(prefix) as usize).min(100_000)
}
