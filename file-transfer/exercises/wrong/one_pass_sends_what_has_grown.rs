//! Sends to the end of the file, which has moved since the header was written.

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
    let mut sent = 0;
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        stream.write_all(&buffer[..n])?;
        hasher.update(&buffer[..n]);
        sent += n as u64;
    }
    ensure!(sent >= size, "the file has become shorter");
    let md5 = hasher.finish().hex;
    Ok(write_message(stream, &Trailer { md5 })?)
}
