//! Wrong: it makes room for as many bytes as the length says: four bytes of a stranger,
//! and 4 GiB are gone.

use std::io::{self, ErrorKind, Read};

use super::super::solutions::no_trust::length;

/// Receives one message; `None` when the sender has finished.
pub fn receive(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let Some(length) = length(stream)? else {
        return Ok(None);
    };
    if length == 0 {
        return Err(ErrorKind::InvalidData.into());
    }
    let mut message = vec![0; length];
    stream.read_exact(&mut message)?;
    Ok(Some(message))
}
