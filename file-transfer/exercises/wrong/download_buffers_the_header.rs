//! Reads the header through a buffer of its own, which takes a part of the file along.

use std::fs;
use std::io::BufReader;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use common::message::{read_message, write_message};

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
    let reply = read_message(&mut BufReader::new(&stream))?;
    let Some(Reply::File(header)) = reply else {
        bail!("no file came");
    };
    let unfinished = folder.join(format!("{name}.unfinished"));
    receive(&mut stream, name, &header, &unfinished)?;
    fs::rename(&unfinished, folder.join(name))?;
    Ok(folder.join(name))
}
