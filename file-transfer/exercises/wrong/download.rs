//! Answers to `download` that are wrong, each for another reason.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use common::message::{read_message, write_message};

use super::super::solutions::download::{ask, receive};
use crate::wire::{Reply, Request};

type Saved = Result<PathBuf>;

/// One read for the length and one for the JSON, as if each came in one piece.
pub fn one_read_header(server: SocketAddr, name: &str, dir: &Path) -> Saved {
    let mut stream = requested(server, name)?;
    let mut length = [0; 4];
    stream.read(&mut length)?;
    let mut json = vec![0; u32::from_be_bytes(length).min(65_536) as usize];
    stream.read(&mut json)?;
    let Reply::File(header) = serde_json::from_slice(&json)? else {
        bail!("no file came");
    };
    saved(name, dir, |path| receive(&mut stream, name, &header, path))
}

/// Reads the header through a buffer of its own, which takes a part of the file along.
pub fn buffers_the_header(server: SocketAddr, name: &str, dir: &Path) -> Saved {
    let mut stream = requested(server, name)?;
    let reply = read_message(&mut BufReader::new(&stream))?;
    let Some(Reply::File(header)) = reply else {
        bail!("no file came");
    };
    saved(name, dir, |path| receive(&mut stream, name, &header, path))
}

/// Saves under the name that the server has sent.
pub fn trusts_the_name(server: SocketAddr, name: &str, dir: &Path) -> Saved {
    let (mut stream, header) = ask(server, name)?;
    let sent = &header.filename;
    saved(sent, dir, |path| receive(&mut stream, sent, &header, path))
}

/// Gives the file its name when all bytes are there, and verifies it after that.
pub fn renames_first(server: SocketAddr, name: &str, dir: &Path) -> Saved {
    let (stream, header) = ask(server, name)?;
    let announced = header.check(name, 0)?;
    let path = saved(name, dir, |path| {
        let bytes = &mut stream.take(header.file_size);
        let came = io::copy(bytes, &mut File::create(path)?)?;
        ensure!(came == header.file_size, "{came} bytes came");
        Ok(())
    })?;
    let digest = announced.algorithm.digest_of(File::open(&path)?)?;
    ensure!(digest == announced, "the digest is another one");
    Ok(path)
}

/// Writes under the final name from the start, and removes the file when it is wrong.
pub fn under_its_name(server: SocketAddr, name: &str, dir: &Path) -> Saved {
    let (mut stream, header) = ask(server, name)?;
    let path = dir.join(name);
    if let Err(e) = receive(&mut stream, name, &header, &path) {
        fs::remove_file(&path)?;
        return Err(e);
    }
    Ok(path)
}

/// Takes the end of the stream for the end of the file, and computes no digest.
pub fn checks_no_size(server: SocketAddr, name: &str, dir: &Path) -> Saved {
    let (stream, header) = ask(server, name)?;
    header.check(name, 0)?;
    saved(name, dir, |path| {
        let bytes = &mut stream.take(header.file_size);
        io::copy(bytes, &mut File::create(path)?)?;
        Ok(())
    })
}

/// Reads until there are enough bytes, and does not notice that the stream has ended.
/// (Nobody can end its thread: so it leaves the processor to the other tests.)
pub fn spins(server: SocketAddr, name: &str, dir: &Path) -> Saved {
    let (mut stream, header) = ask(server, name)?;
    saved(name, dir, |path| {
        let mut file = File::create(path)?;
        let mut buffer = [0; 8192];
        while file.metadata()?.len() < header.file_size {
            let n = stream.read(&mut buffer)?;
            file.write_all(&buffer[..n])?;
            if n == 0 {
                thread::sleep(Duration::from_millis(1));
            }
        }
        Ok(())
    })
}

/// Makes room for as many bytes as the header announces, before one of them has come.
pub fn makes_room_first(server: SocketAddr, name: &str, dir: &Path) -> Saved {
    let (mut stream, header) = ask(server, name)?;
    let mut bytes = vec![0; header.file_size as usize];
    stream.read_exact(&mut bytes)?;
    saved(name, dir, |path| receive(&mut &bytes[..], name, &header, path))
}

/// Keeps the whole file in memory until its last byte has come.
pub fn whole_in_memory(server: SocketAddr, name: &str, dir: &Path) -> Saved {
    let (stream, header) = ask(server, name)?;
    let mut bytes = Vec::new();
    stream.take(header.file_size).read_to_end(&mut bytes)?;
    saved(name, dir, |path| receive(&mut &bytes[..], name, &header, path))
}

fn requested(server: SocketAddr, name: &str) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(server)?;
    let request = Request::Get { filename: name.into(), offset: 0 };
    write_message(&mut stream, &request)?;
    Ok(stream)
}

/// Writes under another name, then renames.
fn saved(
    name: &str,
    dir: &Path,
    write: impl FnOnce(&Path) -> Result<()>,
) -> Saved {
    let unfinished = dir.join(format!("{name}.unfinished"));
    write(&unfinished)?;
    let finished = dir.join(name);
    fs::rename(&unfinished, &finished)?;
    Ok(finished)
}
