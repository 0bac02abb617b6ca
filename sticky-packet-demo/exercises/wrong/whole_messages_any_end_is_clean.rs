//! Wrong: `read_exact` fails at the end of the stream, and every such failure is taken
//! for a goodbye. If half a message is missing, nobody learns it.

use std::io::{self, ErrorKind, Read};

/// Receives one message; `None` when the sender has finished.
pub fn receive(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    match message(stream) {
        Ok(message) => Ok(Some(message)),
        Err(e) if e.kind() == ErrorKind::UnexpectedEof => Ok(None),
        Err(e) => Err(e),
    }
}

fn message(stream: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut prefix = [0; 4];
    stream.read_exact(&mut prefix)?;
    let mut message = vec![0; u32::from_be_bytes(prefix) as usize];
    stream.read_exact(&mut message)?;
    Ok(message)
}
