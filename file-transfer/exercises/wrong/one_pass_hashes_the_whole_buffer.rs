//! Hashes the whole buffer, however few bytes of it the read has filled.

use std::io::{Read, Write};

use anyhow::{Result, ensure};
use common::message::write_message;

pub use super::super::solutions::one_pass::receive;
use super::super::solutions::one_pass::{Trailer, send_header};
use crate::digest::{Algorithm, BUFFER, Hasher};

pub fn send(
    stream: &mut impl Write,
    name: &str,
    size: u64,
    file: &mut impl Read,
) -> Result<()> {
    send_header(stream, name, size)?;
    let mut hasher = Hasher::new(Algorithm::Md5);
    let mut buffer = vec![0; BUFFER];
    let mut left = size;
    while left > 0 {
        let most = left.min(BUFFER as u64) as usize;
        let n = file.read(&mut buffer[..most])?;
        ensure!(n > 0, "the file has become shorter");
        stream.write_all(&buffer[..n])?;
        hasher.update(&buffer);
        left -= n as u64;
    }
    let md5 = hasher.finish().hex;
    Ok(write_message(stream, &Trailer { md5 })?)
}
