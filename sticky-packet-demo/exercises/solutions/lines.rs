//! A byte at a time: where a piece ends makes no difference then.

use std::io::{self, ErrorKind};
use std::mem;

/// The longest message.
pub const MAX: usize = 65_536;

/// The line that carries this message, with the newline at its end.
pub fn line(message: &[u8]) -> Vec<u8> {
    let mut line = Vec::with_capacity(message.len() + 1);
    for byte in message {
        match byte {
            b'\n' => line.extend(b"\\n"),
            b'\\' => line.extend(b"\\\\"),
            _ => line.push(*byte),
        }
    }
    line.push(b'\n');
    line
}

/// What has come so far, and is no whole line yet.
#[derive(Default)]
pub struct Lines {
    message: Vec<u8>,
    /// The last byte was a backslash: the next one says what it stands for.
    escape: bool,
}

impl Lines {
    /// Takes the next piece of the stream; returns the messages that are whole now.
    pub fn take(&mut self, piece: &[u8]) -> io::Result<Vec<Vec<u8>>> {
        let mut messages = Vec::new();
        for byte in piece {
            match (mem::take(&mut self.escape), byte) {
                (true, b'n') => self.message.push(b'\n'),
                (true, b'\\') => self.message.push(b'\\'),
                (true, _) => return Err(ErrorKind::InvalidData.into()),
                (false, b'\\') => self.escape = true,
                (false, b'\n') => messages.push(mem::take(&mut self.message)),
                (false, _) => self.message.push(*byte),
            }
            if self.message.len() > MAX {
                return Err(ErrorKind::InvalidData.into());
            }
        }
        Ok(messages)
    }
}
