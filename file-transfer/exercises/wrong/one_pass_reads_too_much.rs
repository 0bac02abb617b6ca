//! Reads the trailer through a buffer, which takes the beginning of the next reply along.

use std::io::{BufReader, Read, Write};

use anyhow::{Context, Result, ensure};
use common::message::read_message;

pub use super::super::solutions::one_pass::send;
use super::super::solutions::one_pass::{Trailer, copy, receive_header};

pub fn receive(stream: &mut impl Read, file: &mut impl Write) -> Result<()> {
    let mut stream = BufReader::new(stream);
    let size = receive_header(&mut stream)?;
    let md5 = copy(&mut stream, file, size)?;
    let trailer: Option<Trailer> = read_message(&mut stream)?;
    let announced = trailer.context("no trailer came")?.md5;
    ensure!(md5 == announced, "the digest is another one");
    Ok(())
}
