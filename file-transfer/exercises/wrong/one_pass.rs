//! Answers to `one_pass` that are wrong, each for another reason: ways to send, and ways
//! to receive.

use std::io::{self, BufReader, Read, Write};

use anyhow::{Context, Result, ensure};
use common::message::{read_message, write_message};

use super::super::graders::one_pass::{Sink, Source};
use super::super::solutions::one_pass::{
    Trailer, copy, receive, receive_header, send, send_header,
};
use crate::digest::{Algorithm, BUFFER, Hasher};

// ---- Sending ----

/// What `send` is given.
type Task<'a> = (&'a mut Sink, &'a str, u64, &'a mut Source);

/// Reads the whole file, so that it needs no second pass: but then it is in memory.
pub fn reads_it_all_first((stream, name, size, file): Task) -> Result<()> {
    let mut bytes = Vec::new();
    file.take(size).read_to_end(&mut bytes)?;
    send(stream, name, size, &mut &bytes[..])
}

/// Hashes the whole buffer, however few bytes of it the read has filled.
pub fn hashes_the_whole_buffer((stream, name, size, file): Task) -> Result<()> {
    sent(stream, name, size, file.take(size), |stream, hasher, buffer, n| {
        hasher.update(buffer);
        stream.write_all(&buffer[..n])
    })
}

/// `write` in the place of `write_all`: it may take a part of the bytes.
pub fn writes_a_part((stream, name, size, file): Task) -> Result<()> {
    sent(stream, name, size, file.take(size), |stream, hasher, buffer, n| {
        hasher.update(&buffer[..n]);
        stream.write(&buffer[..n]).map(drop)
    })
}

/// Sends what there is, and believes that it is as much as the header says.
pub fn ends_where_the_file_ends(
    (stream, name, size, file): Task,
) -> Result<()> {
    sent(stream, name, size, file.take(size), write_and_hash)
}

/// Sends to the end of the file, which has moved since the header was written.
pub fn sends_what_has_grown((stream, name, size, file): Task) -> Result<()> {
    sent(stream, name, size, file, write_and_hash)
}

/// The header, every piece of this file by `put`, the trailer.
fn sent(
    stream: &mut Sink,
    name: &str,
    size: u64,
    mut file: impl Read,
    put: fn(&mut Sink, &mut Hasher, &[u8], usize) -> io::Result<()>,
) -> Result<()> {
    send_header(stream, name, size)?;
    let mut hasher = Hasher::new(Algorithm::Md5);
    let mut buffer = vec![0; BUFFER];
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            let md5 = hasher.finish().hex;
            return Ok(write_message(stream, &Trailer { md5 })?);
        }
        put(stream, &mut hasher, &buffer, n)?;
    }
}

fn write_and_hash(
    stream: &mut Sink,
    hasher: &mut Hasher,
    buffer: &[u8],
    n: usize,
) -> io::Result<()> {
    hasher.update(&buffer[..n]);
    stream.write_all(&buffer[..n])
}

// ---- Receiving ----

/// Reads the trailer, and does not compare.
pub fn ignores_the_trailer(stream: &mut Source, file: &mut Sink) -> Result<()> {
    let size = receive_header(stream)?;
    copy(stream, file, size)?;
    let trailer: Option<Trailer> = read_message(stream)?;
    trailer.context("no trailer came").map(drop)
}

/// Compares with the trailer if one has come.
pub fn needs_no_trailer(stream: &mut Source, file: &mut Sink) -> Result<()> {
    let size = receive_header(stream)?;
    let md5 = copy(stream, file, size)?;
    if let Some(trailer) = read_message::<Trailer>(stream)? {
        ensure!(md5 == trailer.md5, "the digest is another one");
    }
    Ok(())
}

/// Reads through a buffer, which takes the beginning of the next reply along.
pub fn reads_too_much(stream: &mut Source, file: &mut Sink) -> Result<()> {
    receive(&mut BufReader::new(stream), file)
}
