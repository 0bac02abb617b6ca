//! Counts the letters of the JSON, where the length is one of bytes: 粘包 has two letters
//! and six bytes.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use anyhow::Result;
use common::message::read_message;

use super::super::solutions::speak_it::{answer, list, serve};
use crate::wire::{Reply, Request};

pub fn speak_it(listener: TcpListener, folder: &Path) -> Result<()> {
    serve(&listener, folder, talk)
}

fn talk(mut stream: TcpStream, folder: &Path) -> Result<()> {
    while let Some(request) = read_message(&mut stream)? {
        let Request::List = request else {
            answer(&mut stream, folder, request)?;
            continue;
        };
        let entries = list(folder)?;
        let count = entries.len() as u64;
        let mut frames =
            vec![serde_json::to_string(&Reply::Listing { count })?];
        for entry in &entries {
            frames.push(serde_json::to_string(entry)?);
        }
        for json in frames {
            let length = json.chars().count() as u32;
            stream.write_all(&length.to_be_bytes())?;
            stream.write_all(json.as_bytes())?;
        }
    }
    Ok(())
}
