//! Wrong: each piece is made text. Bytes that are no text are replaced, and so is a
//! character that a cut goes through.

use std::io;

use super::super::solutions;
pub use super::super::solutions::lines::line;

/// What has come so far, and is no whole line yet.
#[derive(Default)]
pub struct Lines {
    lines: solutions::lines::Lines,
}

impl Lines {
    /// Takes the next piece of the stream; returns the messages that are whole now.
    pub fn take(&mut self, piece: &[u8]) -> io::Result<Vec<Vec<u8>>> {
        let text = String::from_utf8_lossy(piece);
        self.lines.take(text.as_bytes())
    }
}
