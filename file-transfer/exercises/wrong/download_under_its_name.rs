//! Writes under the final name from the start, and removes the file when it is wrong.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::super::solutions::download::{ask, receive};

pub fn download(
    server: SocketAddr,
    name: &str,
    folder: &Path,
) -> Result<PathBuf> {
    let mut stream = TcpStream::connect(server)?;
    let header = ask(&mut stream, name)?;
    let path = folder.join(name);
    if let Err(e) = receive(&mut stream, name, &header, &path) {
        fs::remove_file(&path)?;
        return Err(e);
    }
    Ok(path)
}
