//! Compares with the trailer if one has come.

use std::io::{Read, Write};

use anyhow::{Result, ensure};
use common::message::read_message;

pub use super::super::solutions::one_pass::send;
use super::super::solutions::one_pass::{Trailer, copy, receive_header};

pub fn receive(stream: &mut impl Read, file: &mut impl Write) -> Result<()> {
    let size = receive_header(stream)?;
    let md5 = copy(stream, file, size)?;
    if let Some(trailer) = read_message::<Trailer>(stream)? {
        ensure!(md5 == trailer.md5, "the digest is another one");
    }
    Ok(())
}
