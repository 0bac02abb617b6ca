//! The client: sends a request, reads the header, then exactly as many bytes as the
//! header says, and gives the file its name when the digest is right.

mod capitals;
mod connection;
mod download;
mod listing;
mod progress;
pub mod prompt;
mod unfinished;

use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use common::addr::Addr;
use common::output;
use common::trace::Trace;

use crate::digest::{BUFFER, Digest};
use crate::hashing::Hashing;
use crate::names::check_name;
use crate::wire::{Entry, Reply, Request};
use connection::Connection;
use download::{Download, damaged, ended_too_early};
use progress::Progress;

pub struct Client {
    connection: Connection,
    /// Where the files are saved.
    folder: PathBuf,
}

/// A file that has arrived whole, with the digest that the server has announced.
pub struct Saved {
    pub path: PathBuf,
    pub size: u64,
    pub digest: Digest,
}

impl Client {
    pub fn connect(
        addr: Addr,
        folder: PathBuf,
        timeout: Duration,
        trace: Trace,
    ) -> Result<Self> {
        let connection = Connection::open(addr, timeout, trace)?;
        Ok(Self { connection, folder })
    }

    /// Downloads a file, whole and verified, or not at all.
    pub fn get(&mut self, name: &str) -> Result<Saved> {
        // The file gets the name that we ask for, never one that the server
        // sends: so the server cannot choose where we write.
        check_name(name)?;
        let download = Download::open(&self.folder, name)?;
        let failed = format!("cannot get {name} from {}", self.connection);
        self.fetch(name, download).context(failed)
    }

    /// Continues an unfinished download. If the digest is wrong at the end, downloads
    /// everything once more: the old bytes may come from another file.
    fn fetch(&mut self, name: &str, mut download: Download) -> Result<Saved> {
        let (mut digest, mut wanted) =
            self.receive(name, &mut download, None)?;
        if digest != wanted {
            output::log("The digest is wrong: once more, from the start.");
            download.truncate(0)?;
            let wrong = Some(wanted.hex);
            (digest, wanted) = self.receive(name, &mut download, wrong)?;
        }
        if digest != wanted {
            download.truncate(0)?;
            return Err(damaged(&digest, &wanted));
        }
        Ok(Saved { size: download.len()?, path: download.finish()?, digest })
    }

    /// Asks for the bytes that are not here yet, and writes them behind those that are.
    /// Returns the digest of the whole, and the one that was announced.
    fn receive(
        &mut self,
        name: &str,
        download: &mut Download,
        wrong_digest: Option<String>,
    ) -> Result<(Digest, Digest)> {
        let connection = &mut self.connection;
        let here = download.len()?;
        let filename = name.into();
        let request = Request::Get { filename, offset: here, wrong_digest };
        let (reply, mut stream) = connection.request(&request)?;
        // let ... else: any other reply than a file goes into the braces.
        let Reply::File(header) = reply else {
            return Err(connection.other_answer());
        };
        let announced = connection.checked(header.check(name, here))?;
        download.truncate(header.offset)?;

        let mut left = header.file_size - header.offset;
        let mut hashing = Hashing::start(announced.algorithm, left);
        let progress = Progress::start(name, &header, connection.is_traced());
        while left > 0 {
            // Not a byte more than the file has: the next frame follows it.
            let most = left.min(BUFFER as u64) as usize;
            let piece = &mut hashing.buffer()[..most];
            let n = stream.read(piece).map_err(|e| connection.lost(&e))?;
            // No bytes: the end of the stream. ensure! returns the error then.
            ensure!(n > 0, ended_too_early(left));
            download.append(&piece[..n])?;
            hashing.update(n)?;
            left -= n as u64;
            progress.advance(n);
        }
        connection.keep(stream); // for the next request; after an error it is closed
        let mut digest = hashing.finish()?;
        if header.offset > 0 {
            // Only the new bytes are hashed, and the digest is of the whole
            // file: read all of it back.
            progress.verifying();
            digest = download.digest(announced.algorithm)?;
        }
        Ok((digest, announced))
    }

    /// Shows every file that the server offers.
    pub fn list(
        &mut self,
        show: impl FnMut(Entry) -> Result<()>,
    ) -> Result<()> {
        let failed = format!("cannot list the files of {}", self.connection);
        listing::receive(&mut self.connection, show).context(failed)
    }
}
