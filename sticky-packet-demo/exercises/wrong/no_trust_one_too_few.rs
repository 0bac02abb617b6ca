//! Wrong: the longest message is refused: `>=` instead of `>`.

use std::io::{self, ErrorKind, Read};

use super::super::solutions::no_trust::{MAX, length};

/// Receives one message; `None` when the sender has finished.
pub fn receive(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let Some(length) = length(stream)? else {
        return Ok(None);
    };
    if length == 0 || length >= MAX {
        return Err(ErrorKind::InvalidData.into());
    }
    let mut message = vec![0; length];
    stream.read_exact(&mut message)?;
    Ok(Some(message))
}
