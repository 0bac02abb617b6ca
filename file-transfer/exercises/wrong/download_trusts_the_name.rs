//! Saves under the name that the server has sent.

use std::fs;
use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use super::super::solutions::download::ask;
use crate::digest::Algorithm;

pub fn download(
    server: SocketAddr,
    name: &str,
    folder: &Path,
) -> Result<PathBuf> {
    let mut stream = TcpStream::connect(server)?;
    let header = ask(&mut stream, name)?;
    let unfinished = folder.join(format!("{}.unfinished", header.filename));
    let mut file = File::create(&unfinished)?;
    let mut left = header.file_size;
    let mut buffer = [0; 8192];
    while left > 0 {
        let most = left.min(8192) as usize;
        let n = stream.read(&mut buffer[..most])?;
        ensure!(n > 0, "the stream ended {left} bytes too early");
        file.write_all(&buffer[..n])?;
        left -= n as u64;
    }
    let (algorithm, digest) = match (&header.sha256, &header.md5) {
        (Some(sha256), _) => (Algorithm::Sha256, sha256),
        (None, Some(md5)) => (Algorithm::Md5, md5),
        (None, None) => return Err(anyhow::anyhow!("no digest came")),
    };
    let real = algorithm.digest_of(File::open(&unfinished)?)?;
    ensure!(real.hex == *digest, "the digest is another one");
    let finished = folder.join(&header.filename);
    fs::rename(&unfinished, &finished)?;
    Ok(finished)
}
