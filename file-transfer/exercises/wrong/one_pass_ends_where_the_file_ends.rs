//! Sends what there is, and believes that it is as much as the header says.

use std::io::{Read, Write};

use anyhow::Result;
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
    let mut file = file.take(size);
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        stream.write_all(&buffer[..n])?;
        hasher.update(&buffer[..n]);
    }
    let md5 = hasher.finish().hex;
    Ok(write_message(stream, &Trailer { md5 })?)
}
