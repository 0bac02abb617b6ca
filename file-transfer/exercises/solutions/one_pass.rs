//! Solves `one_pass`: both ends hash each piece on its way.

use std::io::{Read, Write};

use anyhow::{Context, Result, bail, ensure};
use common::message::{read_message, write_message};
use serde::{Deserialize, Serialize};

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
    send_header(stream, name, size)?;
    let md5 = copy(file, stream, size)?;
    Ok(write_message(stream, &Trailer { md5 })?)
}

pub fn receive(stream: &mut impl Read, file: &mut impl Write) -> Result<()> {
    let size = receive_header(stream)?;
    let md5 = copy(stream, file, size)?;
    let trailer: Option<Trailer> = read_message(stream)?;
    let announced = trailer.context("no trailer came")?.md5;
    ensure!(md5 == announced, "the digest is another one");
    Ok(())
}

/// Copies so many bytes, and returns their md5.
pub fn copy(
    from: &mut impl Read,
    to: &mut impl Write,
    size: u64,
) -> Result<String> {
    let mut hasher = Hasher::new(Algorithm::Md5);
    let mut buffer = vec![0; BUFFER];
    let mut left = size;
    while left > 0 {
        let most = left.min(BUFFER as u64) as usize;
        let n = from.read(&mut buffer[..most])?;
        ensure!(n > 0, "{left} of {size} bytes are missing");
        to.write_all(&buffer[..n])?;
        hasher.update(&buffer[..n]);
        left -= n as u64;
    }
    Ok(hasher.finish().hex)
}

pub fn send_header(
    stream: &mut impl Write,
    name: &str,
    size: u64,
) -> Result<()> {
    let header = Header {
        filename: name.into(),
        file_size: size,
        offset: 0,
        md5: None,
        sha256: None,
    };
    Ok(write_message(stream, &Reply::File(header))?)
}

/// The size that the header announces.
pub fn receive_header(stream: &mut impl Read) -> Result<u64> {
    match read_message(stream)? {
        Some(Reply::File(header)) => Ok(header.file_size),
        Some(_) => bail!("no file came"),
        None => bail!("the stream ended without a reply"),
    }
}
