//! Wrong: two replacements, one behind the other. The second one finds what the first one
//! has made: in `\\n` an escaped backslash, and then an n.

use std::io::{self, ErrorKind};
use std::mem;

pub use super::super::solutions::lines::line;

/// What has come so far, and is no whole line yet.
#[derive(Default)]
pub struct Lines {
    line: Vec<u8>,
}

impl Lines {
    /// Takes the next piece of the stream; returns the messages that are whole now.
    pub fn take(&mut self, piece: &[u8]) -> io::Result<Vec<Vec<u8>>> {
        let mut messages = Vec::new();
        for byte in piece {
            match byte {
                b'\n' => messages.push(message(&mem::take(&mut self.line))?),
                _ => self.line.push(*byte),
            }
        }
        Ok(messages)
    }
}

fn message(line: &[u8]) -> io::Result<Vec<u8>> {
    // One character for each byte, so that nothing but the escapes is changed.
    let text: String = line.iter().map(|byte| char::from(*byte)).collect();
    text.replace("\\n", "\n")
        .replace("\\\\", "\\")
        .chars()
        .map(|c| u8::try_from(c).map_err(|_| ErrorKind::InvalidData.into()))
        .collect()
}
