//! Writes the length in the order of this processor, and not in that of the network.

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
        let mut frames = vec![serde_json::to_vec(&Reply::Listing { count })?];
        for entry in &entries {
            frames.push(serde_json::to_vec(entry)?);
        }
        for json in frames {
            stream.write_all(&(json.len() as u32).to_le_bytes())?;
            stream.write_all(&json)?;
        }
    }
    Ok(())
}
