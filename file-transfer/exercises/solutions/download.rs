//! Solves `download`: another name until the digest is right, and a buffer for a piece.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail, ensure};
use common::message::{read_message, write_message};

use crate::digest::{BUFFER, Hasher};
use crate::wire::{Header, Reply, Request};

pub fn download(
    server: SocketAddr,
    name: &str,
    folder: &Path,
) -> Result<PathBuf> {
    let (mut stream, header) = ask(server, name)?;
    // The name that we have asked for, whatever the header says.
    let unfinished = folder.join(format!("{name}.unfinished"));
    if let Err(e) = receive(&mut stream, name, &header, &unfinished) {
        let _ = fs::remove_file(&unfinished); // it may not be there
        return Err(e);
    }
    let finished = folder.join(name);
    fs::rename(&unfinished, &finished)?;
    Ok(finished)
}

/// Asks for the file; returns the connection, and the header of the reply.
pub fn ask(server: SocketAddr, name: &str) -> Result<(TcpStream, Header)> {
    let mut stream = TcpStream::connect(server)?;
    let request = Request::Get { filename: name.into(), offset: 0 };
    write_message(&mut stream, &request)?;
    match read_message(&mut stream)? {
        Some(Reply::File(header)) => Ok((stream, header)),
        Some(Reply::Error { message }) => bail!("the server says {message:?}"),
        Some(Reply::Listing { .. }) => bail!("a listing came, and no file"),
        None => bail!("the server closed the connection without a reply"),
    }
}

/// Writes what comes to this path; an error when it is not the file.
pub fn receive(
    stream: &mut impl Read,
    name: &str,
    header: &Header,
    path: &Path,
) -> Result<()> {
    let announced = header.check(name, 0)?;
    let mut file = File::create(path)?;
    let mut hasher = Hasher::new(announced.algorithm);
    let mut buffer = vec![0; BUFFER];
    let mut left = header.file_size;
    while left > 0 {
        let most = left.min(BUFFER as u64) as usize;
        let n = stream.read(&mut buffer[..most])?;
        ensure!(n > 0, "the stream ended {left} bytes too early");
        file.write_all(&buffer[..n])?;
        hasher.update(&buffer[..n]);
        left -= n as u64;
    }
    ensure!(hasher.finish() == announced, "the digest is another one");
    Ok(())
}
