//! One direction of a relay: what comes goes on in pieces.

use std::io::{self, Read, Write};
use std::ops::Range;

use super::pieces::{BUFFER, Lengths};

/// What comes from `from` goes to `to` in pieces.
pub struct Forward<R, W> {
    from: R,
    to: W,
    lengths: Lengths,
    buffer: Vec<u8>,
    /// Where in the buffer the bytes are that have come and not been forwarded yet.
    held: Range<usize>,
}

impl<R: Read, W: Write> Forward<R, W> {
    /// When `lengths` ends, the rest goes in one piece.
    pub fn new(from: R, to: W, lengths: Lengths) -> Self {
        Self { from, to, lengths, buffer: vec![0; BUFFER], held: 0..0 }
    }

    /// Waits for bytes, unless some are held; false at the end of the stream.
    pub fn fill(&mut self) -> io::Result<bool> {
        if self.held.is_empty() {
            self.held = 0..self.from.read(&mut self.buffer)?;
        }
        Ok(!self.held.is_empty())
    }

    /// Forwards the next piece of what is held, and returns its length.
    pub fn put(&mut self) -> io::Result<usize> {
        let wanted = self.lengths.next().unwrap_or(BUFFER);
        let piece = wanted.min(self.held.len());
        let end = self.held.start + piece;
        self.to.write_all(&self.buffer[self.held.start..end])?;
        self.held.start = end;
        Ok(piece)
    }

    /// Where the pieces go to.
    pub fn receiver(&self) -> &W {
        &self.to
    }
}
