//! The length is looked at as it came, a `u32`, before anything is done with it.

use std::io::{self, ErrorKind, Read};

/// The longest message.
pub const MAX: usize = 65_536;

/// Receives one message; `None` when the sender has finished.
pub fn receive(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let Some(length) = length(stream)? else {
        return Ok(None);
    };
    if length == 0 || length > MAX {
        let what = format!("a length of {length} (1 to {MAX} is allowed)");
        return Err(io::Error::new(ErrorKind::InvalidData, what));
    }
    let mut message = vec![0; length];
    stream.read_exact(&mut message)?;
    Ok(Some(message))
}

/// The next length; `None` when the stream ends before its first byte.
pub fn length(stream: &mut impl Read) -> io::Result<Option<usize>> {
    let mut prefix = Vec::new();
    stream.by_ref().take(4).read_to_end(&mut prefix)?;
    if prefix.is_empty() {
        return Ok(None);
    }
    match prefix.try_into() {
        Ok(prefix) => Ok(Some(u32::from_be_bytes(prefix) as usize)),
        Err(_) => Err(ErrorKind::UnexpectedEof.into()),
    }
}
