//! Keeps the whole file in memory until its last byte has come.

use std::fs;
use std::io::Read;
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
    let mut bytes = Vec::new();
    stream.take(header.file_size).read_to_end(&mut bytes)?;
    let all = bytes.len() as u64 == header.file_size;
    ensure!(all, "only {} bytes came", bytes.len());
    let digest = announced.algorithm.digest_of(&bytes[..])?;
    ensure!(digest == announced, "the digest is another one");

    let unfinished = folder.join(format!("{name}.unfinished"));
    fs::write(&unfinished, &bytes)?;
    fs::rename(&unfinished, folder.join(name))?;
    Ok(folder.join(name))
}
