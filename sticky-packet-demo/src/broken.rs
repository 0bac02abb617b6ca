//! Broken: one read() per message.

use std::io::{Read, Write};

use anyhow::Result; // Result<T>: a T, or an error of any kind

/// How much one read() takes at most: the 1024 of `recv(1024)`, made
/// small enough to see.
pub const BUFFER: usize = 16;

/// Sends one message. (`impl Write` is any type that bytes can be written
/// to, here a connection. `write_all` calls write() until it has taken
/// every byte.)
pub fn send(stream: &mut impl Write, message: &[u8]) -> Result<()> {
    stream.write_all(message)?;
    Ok(())
}

/// Receives one message; `None` when the sender has finished.
pub fn receive(stream: &mut impl Read) -> Result<Option<Vec<u8>>> {
    let mut message = vec![0; BUFFER];
    let n = stream.read(&mut message)?;
    if n == 0 {
        return Ok(None);
    }
    message.truncate(n);
    Ok(Some(message))
}
