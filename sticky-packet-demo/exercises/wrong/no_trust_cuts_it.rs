//! Wrong: it takes as much of a long message as is allowed, and is out of step from then
//! on.

use std::io::{self, ErrorKind, Read};

use super::super::solutions::no_trust::{MAX, length};

/// Receives one message; `None` when the sender has finished.
pub fn receive(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let Some(length) = length(stream)? else {
        return Ok(None);
    };
    if length == 0 {
        return Err(ErrorKind::InvalidData.into());
    }
    let mut message = vec![0; length.min(MAX)];
    stream.read_exact(&mut message)?;
    Ok(Some(message))
}
