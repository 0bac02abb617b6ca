//! Makes room for as many bytes as the header announces, before one of them has come.

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
    let mut bytes = vec![0; header.file_size as usize];
    stream.read_exact(&mut bytes)?;
    let digest = announced.algorithm.digest_of(&bytes[..])?;
    ensure!(digest == announced, "the digest is another one");

    let unfinished = folder.join(format!("{name}.unfinished"));
    fs::write(&unfinished, &bytes)?;
    fs::rename(&unfinished, folder.join(name))?;
    Ok(folder.join(name))
}
