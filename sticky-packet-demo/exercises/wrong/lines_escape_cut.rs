//! Wrong: it turns the escapes of each piece back, and does not see one that is cut
//! between its two characters.

use std::io::{self, ErrorKind};
use std::mem;

pub use super::super::solutions::lines::line;

/// What has come so far, and is no whole line yet.
#[derive(Default)]
pub struct Lines {
    message: Vec<u8>,
}

impl Lines {
    /// Takes the next piece of the stream; returns the messages that are whole now.
    pub fn take(&mut self, piece: &[u8]) -> io::Result<Vec<Vec<u8>>> {
        let mut messages = Vec::new();
        let mut bytes = piece.iter();
        while let Some(byte) = bytes.next() {
            match byte {
                b'\n' => messages.push(mem::take(&mut self.message)),
                b'\\' => match bytes.next() {
                    Some(b'n') => self.message.push(b'\n'),
                    Some(b'\\') => self.message.push(b'\\'),
                    _ => return Err(ErrorKind::InvalidData.into()),
                },
                _ => self.message.push(*byte),
            }
        }
        Ok(messages)
    }
}
