//! Wrong: an `i32` can be negative, and is smaller than every limit then.

use std::io::{self, ErrorKind, Read};

use super::super::solutions::no_trust::{MAX, length};

/// Receives one message; `None` when the sender has finished.
pub fn receive(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let Some(length) = length(stream)? else {
        return Ok(None);
    };
    let length = length as i32;
    if length == 0 || length > MAX as i32 {
        return Err(ErrorKind::InvalidData.into());
    }
    let mut message = vec![0; length as usize];
    stream.read_exact(&mut message)?;
    Ok(Some(message))
}
