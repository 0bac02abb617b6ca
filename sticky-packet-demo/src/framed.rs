//! Framed: the same bytes, written and read by the course's own library.

use std::io::{Read, Write};

use anyhow::Result;
use common::frame::{read_frame, write_frame};

/// Sends one message, in a frame: its length, then the message.
pub fn send(stream: &mut impl Write, message: &[u8]) -> Result<()> {
    write_frame(stream, message)?;
    Ok(())
}

/// Receives one message; `None` when the sender has finished.
pub fn receive(stream: &mut impl Read) -> Result<Option<Vec<u8>>> {
    Ok(read_frame(stream)?) // `?` makes a FrameError anyhow's error
}
