//! Takes the end of the stream for the end of the file, and computes no digest.

use std::fs::{self, File};
use std::io::{self, Read};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::super::solutions::download::ask;

pub fn download(
    server: SocketAddr,
    name: &str,
    folder: &Path,
) -> Result<PathBuf> {
    let mut stream = TcpStream::connect(server)?;
    let header = ask(&mut stream, name)?;
    let _announced = header.check(name, 0)?;
    let unfinished = folder.join(format!("{name}.unfinished"));
    let mut file = File::create(&unfinished)?;
    io::copy(&mut stream.take(header.file_size), &mut file)?;
    let finished = folder.join(name);
    fs::rename(&unfinished, &finished)?;
    Ok(finished)
}
