//! Put messages into lines: a newline ends each message, and a message may contain any
//! byte, newlines as well. Write both ends; the stream can be cut anywhere.
//!
//! In a line a newline of the message is written as `\n` (two characters, a backslash and
//! an n), and a backslash of the message as `\\`. Every other byte stands for itself. A
//! backslash before anything else is an error, and so is a message of more than 65,536
//! bytes (`MAX`), as soon as so many have come: its newline may never come.

use std::io;

/// The longest message.
pub const MAX: usize = 65_536;

/// The line that carries this message, with the newline at its end.
pub fn line(message: &[u8]) -> Vec<u8> {
    todo!()
}

/// What has come so far, and is no whole line yet.
#[derive(Default)]
pub struct Lines {
    // Your fields. `Lines::default()` is the beginning of a stream.
}

impl Lines {
    /// Takes the next piece of the stream; returns the messages that are whole now.
    pub fn take(&mut self, piece: &[u8]) -> io::Result<Vec<Vec<u8>>> {
        todo!()
    }
}
