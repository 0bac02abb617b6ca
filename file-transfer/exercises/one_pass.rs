//! Send a file that is read once only, and receive it: its digest follows the bytes, in a
//! trailer, instead of standing in the header.
//!
//! ```text
//! frame {"status":"file","filename":"a.txt","file_size":12}
//! file_size raw bytes
//! frame {"md5":"6f5902ac..."}
//! ```
//!
//! `send` sends as many bytes as it has announced, even if the file has more by now, and
//! returns an error, and no trailer, when it has fewer. `receive` returns an error unless
//! every byte and the right trailer have come; it reads nothing behind them. Both hold a
//! piece of the file in memory, never all of it.

use std::io::{Read, Write};

use anyhow::{Context, Result, bail, ensure};
use common::message::{read_message, write_message};
use serde::{Deserialize, Serialize};

// Of the lesson: src/digest.rs and src/wire.rs.
use crate::digest::{Algorithm, BUFFER, Hasher};
use crate::wire::{Header, Reply};

/// What follows the bytes of a file.
#[derive(Serialize, Deserialize)]
pub struct Trailer {
    pub md5: String,
}

pub fn send(
    stream: &mut impl Write,
    name: &str,
    size: u64,
    file: &mut impl Read,
) -> Result<()> {
    todo!()
}

pub fn receive(stream: &mut impl Read, file: &mut impl Write) -> Result<()> {
    todo!()
}
