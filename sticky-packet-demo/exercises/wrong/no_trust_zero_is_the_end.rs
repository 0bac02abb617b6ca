//! Wrong: a length of 0 is taken for the end of the stream.

use std::io::{self, ErrorKind, Read};

use super::super::solutions::no_trust::{MAX, length};

/// Receives one message; `None` when the sender has finished.
pub fn receive(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    match length(stream)? {
        None | Some(0) => Ok(None),
        Some(length) if length > MAX => Err(ErrorKind::InvalidData.into()),
        Some(length) => {
            let mut message = vec![0; length];
            stream.read_exact(&mut message)?;
            Ok(Some(message))
        }
    }
}
