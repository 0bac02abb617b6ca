//! Wrong: a buffer in which any message has room. What lies behind the message in it is
//! thrown away.

use std::io::{self, ErrorKind, Read};

/// Receives one message; `None` when the sender has finished.
pub fn receive(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut buffer = vec![0; 100_000];
    let n = stream.read(&mut buffer)?;
    if n == 0 {
        return Ok(None);
    }
    let Some((prefix, rest)) = buffer[..n].split_first_chunk() else {
        return Err(ErrorKind::UnexpectedEof.into());
    };
    let length = u32::from_be_bytes(*prefix) as usize;
    Ok(Some(rest[..rest.len().min(length)].to_vec()))
}
