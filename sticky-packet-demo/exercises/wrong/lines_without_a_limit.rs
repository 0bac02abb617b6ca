//! Wrong: it collects a line that never ends, as long as there is memory.

use std::io::{self, ErrorKind};
use std::mem;

use super::super::solutions;
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
            self.line.push(*byte);
            if *byte == b'\n' {
                let line = mem::take(&mut self.line);
                let whole = solutions::lines::Lines::default().take(&line)?;
                let message = whole.into_iter().next();
                messages.push(message.ok_or(ErrorKind::InvalidData)?);
            }
        }
        Ok(messages)
    }
}
