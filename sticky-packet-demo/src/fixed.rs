//! Fixed: the length first, and for each part as many read()s as it takes.

use std::io::{Read, Write};

use anyhow::Result;
use common::frame::{read_frame, write_frame};

/// Sends one message.
pub fn send(stream: &mut impl Write, message: &[u8]) -> Result<()> {
    write_frame(stream, message)?;
    Ok(())
}

/// Receives one message; `None` when the sender has finished.
pub fn receive(stream: &mut impl Read) -> Result<Option<Vec<u8>>> {
    Ok(read_frame(stream)?)
}
