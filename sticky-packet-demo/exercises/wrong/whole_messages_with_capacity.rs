//! Wrong: `Vec::with_capacity` makes room, but its length is 0, and `read_exact` fills
//! the length.

use std::io::{self, ErrorKind, Read};

/// Receives one message; `None` when the sender has finished.
pub fn receive(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut prefix = [0; 4];
    match stream.read_exact(&mut prefix) {
        Ok(()) => {}
        Err(e) if e.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        Err(e) => return Err(e),
    }
    let length = u32::from_be_bytes(prefix) as usize;
    let mut message = Vec::with_capacity(length);
    stream.read_exact(&mut message)?;
    Ok(Some(message))
}
