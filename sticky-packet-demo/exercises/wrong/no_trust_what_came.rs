//! Wrong: the length is checked, but not whether so much has come: half a message is
//! returned as if it were one.

use std::io::{self, ErrorKind, Read};

use super::super::solutions::no_trust::{MAX, length};

/// Receives one message; `None` when the sender has finished.
pub fn receive(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let Some(length) = length(stream)? else {
        return Ok(None);
    };
    if length == 0 || length > MAX {
        return Err(ErrorKind::InvalidData.into());
    }
    let mut message = Vec::new();
    stream.take(length as u64).read_to_end(&mut message)?;
    Ok(Some(message))
}
