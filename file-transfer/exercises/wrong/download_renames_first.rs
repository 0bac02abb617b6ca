//! Gives the file its name when all bytes are there, and verifies it after that.

use std::fs::{self, File};
use std::io::{self, Read};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use super::super::solutions::download::ask;

pub fn download(
    server: SocketAddr,
    name: &str,
    folder: &Path,
) -> Result<PathBuf> {
    let mut stream = TcpStream::connect(server)?;
    let header = ask(&mut stream, name)?;
    let announced = header.check(name, 0)?;
    let unfinished = folder.join(format!("{name}.unfinished"));
    let mut file = File::create(&unfinished)?;
    let mut bytes = stream.take(header.file_size);
    let came = io::copy(&mut bytes, &mut file)?;
    ensure!(came == header.file_size, "{came} bytes came");

    let finished = folder.join(name);
    fs::rename(&unfinished, &finished)?;
    let digest = announced.algorithm.digest_of(File::open(&finished)?)?;
    ensure!(digest == announced, "the digest is another one");
    Ok(finished)
}
