//! Wrong: a new `BufReader` for each message. It reads as much as it can get, and what
//! belongs to the next message is dropped with it.

use std::io::{self, BufReader, ErrorKind, Read};

/// Receives one message; `None` when the sender has finished.
pub fn receive(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut reader = BufReader::new(stream);
    let mut prefix = Vec::new();
    reader.by_ref().take(4).read_to_end(&mut prefix)?;
    if prefix.is_empty() {
        return Ok(None);
    }
    let Ok(prefix) = prefix.try_into() else {
        return Err(ErrorKind::UnexpectedEof.into());
    };
    let mut message = vec![0; u32::from_be_bytes(prefix) as usize];
    reader.read_exact(&mut message)?;
    Ok(Some(message))
}
