//! Solves `speak_it`: a thread for each client, one turn for each request, and a name
//! that has to be that of a file in the folder.

use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use common::message::{read_message, write_message};

use crate::digest::Algorithm;
use crate::wire::{Entry, Header, Reply, Request};

pub fn speak_it(listener: TcpListener, folder: &Path) -> Result<()> {
    serve(&listener, folder, talk)
}

/// The connection loop: a thread for each client.
pub fn serve(
    listener: &TcpListener,
    folder: &Path,
    talk: fn(TcpStream, &Path) -> Result<()>,
) -> Result<()> {
    loop {
        let (stream, _) = listener.accept()?;
        let folder: PathBuf = folder.into();
        thread::Builder::new().spawn(move || talk(stream, &folder))?;
    }
}

/// The communication loop: one turn for each request.
pub fn talk(mut stream: TcpStream, folder: &Path) -> Result<()> {
    stream.set_nodelay(true)?;
    loop {
        let request = match read_message(&mut stream) {
            Ok(Some(request)) => request,
            Ok(None) => return Ok(()),
            Err(e) => return refuse(&mut stream, &e.into()),
        };
        answer(&mut stream, folder, request)?;
    }
}

/// Answers a request: with what it asks for, or with an error.
pub fn answer(
    stream: &mut TcpStream,
    folder: &Path,
    request: Request,
) -> Result<()> {
    match request {
        Request::List => match list(folder) {
            Ok(entries) => send_list(stream, &entries),
            Err(e) => send_error(stream, &e),
        },
        Request::Get { filename, .. } => match find(folder, &filename) {
            Ok(file) => send_file(stream, filename, file),
            Err(e) => send_error(stream, &e),
        },
    }
}

/// Opens a file of the folder, and nothing else.
pub fn find(folder: &Path, name: &str) -> Result<File> {
    // One part, so it leads nowhere else; no link, so it does not lead out either.
    let plain = !name.contains(['/', '\\', ':', '\0']);
    ensure!(plain, "a name has one part: {name:?}");
    let path = folder.join(name);
    let kind = fs::symlink_metadata(&path)
        .with_context(|| format!("no such file: {name}"))?;
    ensure!(kind.is_file(), "not a file: {name:?}");
    Ok(File::open(path)?)
}

/// The header with the digest, then the bytes.
pub fn send_file(
    stream: &mut TcpStream,
    filename: String,
    mut file: File,
) -> Result<()> {
    let file_size = file.metadata()?.len();
    let digest = Algorithm::Md5.digest_of(&file)?;
    let (md5, sha256) = digest.fields();
    let header = Header { filename, file_size, offset: 0, md5, sha256 };
    write_message(stream, &Reply::File(header))?;
    file.rewind()?;
    io::copy(&mut file.take(file_size), stream)?;
    Ok(())
}

pub fn list(folder: &Path) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(filename) = entry.file_name().into_string() else { continue };
        if entry.file_type()?.is_file() {
            let file_size = entry.metadata()?.len();
            entries.push(Entry { filename, file_size });
        }
    }
    Ok(entries)
}

pub fn send_list(stream: &mut TcpStream, entries: &[Entry]) -> Result<()> {
    let count = entries.len() as u64;
    write_message(stream, &Reply::Listing { count })?;
    for entry in entries {
        write_message(stream, entry)?;
    }
    Ok(())
}

pub fn send_error(stream: &mut TcpStream, e: &anyhow::Error) -> Result<()> {
    let message = e.to_string();
    Ok(write_message(stream, &Reply::Error { message })?)
}

/// The last words on a connection that is out of step.
pub fn refuse(stream: &mut TcpStream, e: &anyhow::Error) -> Result<()> {
    send_error(stream, e)?;
    // The exercise last_words of lesson 1 says why, and has a limit for all of it.
    // (Before the shutdown: macOS sets no timeout once both ends have finished.)
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    stream.shutdown(Shutdown::Write)?;
    let mut some = stream.take(1 << 20);
    io::copy(&mut some, &mut io::sink())?;
    Ok(())
}
