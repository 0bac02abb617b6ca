//! Receive one message, and believe no length: a peer can send any four bytes.
//!
//! A message has 1 to 65,536 bytes (`MAX`), and comes behind its length, 4 bytes, the
//! highest first. Any other length is an error: no byte behind it is read, and no room is
//! made for it. As before, the stream can arrive in any pieces, `None` is the end between
//! two messages, and an end inside one is an error.

use std::io::{self, Read};

/// The longest message.
pub const MAX: usize = 65_536;

/// Receives one message; `None` when the sender has finished.
pub fn receive(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    todo!()
}
