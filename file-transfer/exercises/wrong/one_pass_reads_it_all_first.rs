//! Reads the whole file, so that it needs no second pass: but then it is in memory.

use std::io::{Read, Write};

use anyhow::{Result, ensure};
use common::message::write_message;

pub use super::super::solutions::one_pass::receive;
use super::super::solutions::one_pass::{Trailer, send_header};
use crate::digest::Algorithm;

pub fn send(
    stream: &mut impl Write,
    name: &str,
    size: u64,
    file: &mut impl Read,
) -> Result<()> {
    let mut bytes = Vec::new();
    file.take(size).read_to_end(&mut bytes)?;
    ensure!(bytes.len() as u64 == size, "only {} bytes", bytes.len());
    send_header(stream, name, size)?;
    stream.write_all(&bytes)?;
    let md5 = Algorithm::Md5.digest_of(&bytes[..])?.hex;
    Ok(write_message(stream, &Trailer { md5 })?)
}
