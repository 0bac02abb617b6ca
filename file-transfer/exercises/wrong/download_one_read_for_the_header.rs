//! One read for the length and one for the JSON, as if each came in one piece.

use std::fs;
use std::io::Read;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use common::message::write_message;

use super::super::solutions::download::receive;
use crate::wire::{Reply, Request};

pub fn download(
    server: SocketAddr,
    name: &str,
    folder: &Path,
) -> Result<PathBuf> {
    let mut stream = TcpStream::connect(server)?;
    let request = Request::Get { filename: name.into(), offset: 0 };
    write_message(&mut stream, &request)?;

    let mut length = [0; 4];
    stream.read(&mut length)?;
    let mut json = vec![0; u32::from_be_bytes(length).min(65_536) as usize];
    stream.read(&mut json)?;
    let Reply::File(header) = serde_json::from_slice(&json)? else {
        bail!("no file came");
    };

    let unfinished = folder.join(format!("{name}.unfinished"));
    receive(&mut stream, name, &header, &unfinished)?;
    fs::rename(&unfinished, folder.join(name))?;
    Ok(folder.join(name))
}
