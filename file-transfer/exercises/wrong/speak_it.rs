//! Answers to `speak_it` that are wrong, each for another reason: ways to talk with a
//! client, and one to serve all.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use anyhow::{Result, ensure};
use common::message::read_message;

use super::super::solutions::speak_it::{
    answer, find, list, refuse, send_error, send_file, talk,
};
use crate::wire::{Reply, Request};

/// Puts the name behind the folder and opens what is there: `../secret.txt`, too.
pub fn joins_paths(mut stream: TcpStream, dir: &Path) -> Result<()> {
    while let Some(request) = read_message(&mut stream)? {
        let Request::Get { filename, .. } = request else {
            answer(&mut stream, dir, request)?;
            continue;
        };
        match File::open(dir.join(&filename)) {
            Ok(file) => send_file(&mut stream, filename, file)?,
            Err(e) => send_error(&mut stream, &e.into())?,
        }
    }
    Ok(())
}

/// Says that there is no such file, and closes: the next request was on its way.
pub fn closes_after_an_error(mut stream: TcpStream, dir: &Path) -> Result<()> {
    while let Some(request) = read_message(&mut stream)? {
        if let Request::Get { filename, .. } = &request
            && let Err(e) = find(dir, filename)
        {
            return refuse(&mut stream, &e);
        }
        answer(&mut stream, dir, request)?;
    }
    Ok(())
}

/// One read for the length and one for the JSON, as if each came in one piece.
pub fn one_read_for_each_part(mut stream: TcpStream, dir: &Path) -> Result<()> {
    let mut prefix = [0; 4];
    while stream.read(&mut prefix)? > 0 {
        let length = u32::from_be_bytes(prefix) as usize;
        let mut json = vec![0; length.min(65_536)];
        let n = stream.read(&mut json)?;
        ensure!(n > 0, "the stream ended inside a frame");
        match serde_json::from_slice(&json[..n]) {
            Ok(request) => answer(&mut stream, dir, request)?,
            Err(e) => return refuse(&mut stream, &e.into()),
        }
    }
    Ok(())
}

/// Allocates what is announced, and waits for all of it, however much that is.
pub fn believes_the_length(mut stream: TcpStream, dir: &Path) -> Result<()> {
    let mut prefix = [0; 4];
    loop {
        stream.read_exact(&mut prefix)?;
        let mut json = vec![0; u32::from_be_bytes(prefix) as usize];
        stream.read_exact(&mut json)?;
        match serde_json::from_slice(&json) {
            Ok(request) => answer(&mut stream, dir, request)?,
            Err(e) => return refuse(&mut stream, &e.into()),
        }
    }
}

/// Writes the length in the order of this processor, and not in that of the network.
pub fn lowest_byte_first(stream: TcpStream, dir: &Path) -> Result<()> {
    talk_of_lengths(stream, dir, |json| (json.len() as u32).to_le_bytes())
}

/// Counts the letters of the JSON, where the length is one of bytes: 粘包 has two
/// letters and six bytes.
pub fn counts_letters(stream: TcpStream, dir: &Path) -> Result<()> {
    talk_of_lengths(stream, dir, |json| {
        (json.chars().count() as u32).to_be_bytes()
    })
}

/// A listing in frames of its own making.
fn talk_of_lengths(
    mut stream: TcpStream,
    dir: &Path,
    length: fn(&str) -> [u8; 4],
) -> Result<()> {
    while let Some(request) = read_message(&mut stream)? {
        let Request::List = request else {
            answer(&mut stream, dir, request)?;
            continue;
        };
        let entries = list(dir)?;
        let count = entries.len() as u64;
        let reply = serde_json::to_string(&Reply::Listing { count });
        let entries = entries.iter().map(serde_json::to_string);
        for json in [reply].into_iter().chain(entries) {
            let json = json?;
            stream.write_all(&length(&json))?;
            stream.write_all(json.as_bytes())?;
        }
    }
    Ok(())
}

/// Serves one client after the other: one that says nothing holds up all the others.
pub fn in_turn(listener: TcpListener, dir: &Path) -> Result<()> {
    loop {
        let (stream, _) = listener.accept()?;
        let _its_own_end = talk(stream, dir);
    }
}
