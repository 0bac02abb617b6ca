//! The client: sends a request, reads the header, then exactly as many bytes as the
//! header says, and gives the file its name when the digest is right.

mod connection;
mod download;
mod folder;
mod listing;
mod progress;
pub mod prompt;
mod typed;
mod unfinished;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use common::addr::Addr;
use common::output::log;
use common::trace::Trace;

use crate::digest::{BUFFER, Digest};
use crate::hashing::Hashing;
use crate::wire::{Entry, Reply, Request};
use connection::Connection;
use download::{Download, damaged};
use folder::Folder;
use progress::Progress;

pub struct Client {
    /// The next file, where its request has left already.
    ahead: Option<Download>,
    connection: Connection,
    /// Where the files are saved.
    folder: Folder,
}

/// A file that has arrived whole, with the digest that the server has announced.
pub struct Saved {
    pub path: PathBuf,
    pub size: u64,
    /// How much of it was here already, from a download that was cut.
    pub resumed: u64,
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
        Ok(Self { ahead: None, connection, folder: Folder::new(folder) })
    }

    /// Downloads a file, whole and verified, or not at all. `next` is the one that is
    /// wanted after it: its request leaves now, and the server never waits for us.
    pub fn get(&mut self, name: &str, next: Option<&str>) -> Result<Saved> {
        // The file gets the name that we ask for, never one that the server
        // sends: so the server cannot choose where we write.
        let download = match self.ahead.take() {
            Some(download) => download,
            None => Download::open(&mut self.folder, name)?,
        };
        let failed = format!("cannot get {name} from {}", self.connection);
        self.fetch(name, download, next).context(failed)
    }

    /// Continues an unfinished download. If the digest is wrong at the end, downloads
    /// everything once more: the old bytes may come from another file.
    fn fetch(
        &mut self,
        name: &str,
        mut download: Download,
        next: Option<&str>,
    ) -> Result<Saved> {
        let mut resumed = download.len();
        if !self.connection.has_asked() {
            self.ask(name, resumed)?;
        }
        if resumed == 0 {
            self.ahead = next.and_then(|next| self.ask_ahead(next));
        }
        let (mut digest, mut announced) = self.receive(name, &mut download)?;
        if digest != announced {
            log("The digest is wrong: once more, from the start.");
            download.truncate(0)?;
            resumed = 0;
            self.ask(name, 0)?;
            (digest, announced) = self.receive(name, &mut download)?;
        }
        if digest != announced {
            download.truncate(0)?;
            return Err(damaged(&digest, &announced));
        }
        let (path, size) = (download.finished.clone(), download.len());
        download.rename()?;
        Ok(Saved { path, size, resumed, digest })
    }

    /// Asks for a file, from this byte on.
    fn ask(&mut self, name: &str, offset: u64) -> Result<()> {
        let filename = name.into();
        self.connection.ask(&Request::Get { filename, offset })
    }

    /// Asks for the next file while this one is on its way. `None` where that has to
    /// wait for its turn: what is wrong is said then.
    fn ask_ahead(&mut self, next: &str) -> Option<Download> {
        let download = Download::open(&mut self.folder, next).ok()?;
        if download.len() > 0 {
            return None;
        }
        let request = Request::Get { filename: next.into(), offset: 0 };
        self.connection.ask_ahead(&request).ok()?;
        Some(download)
    }

    /// Writes what comes behind what is here. Returns the digest of the whole, and the
    /// one that was announced.
    fn receive(
        &mut self,
        name: &str,
        download: &mut Download,
    ) -> Result<(Digest, Digest)> {
        let connection = &mut self.connection;
        connection.wait_for_digest()?;
        // let ... else: any other reply than a file goes into the braces.
        let Reply::File(header) = connection.reply()? else {
            return Err(connection.other_answer());
        };
        let announced =
            connection.checked(header.check(name, download.len()))?;
        download.truncate(header.offset)?;

        let mut left = header.file_size - header.offset;
        let (mut hashing, mut buffer) =
            Hashing::start(announced.algorithm, left)?;
        let progress = Progress::start(name, &header, connection.is_traced());
        while left > 0 {
            // Not a byte more than the file has: the next frame follows it.
            let most = left.min(BUFFER as u64) as usize;
            let n = connection.read(&mut buffer[..most])?;
            // No bytes: the end of the stream. ensure! returns the error then.
            ensure!(n > 0, download.ended_too_early(left));
            download.append(&buffer[..n])?;
            buffer = hashing.update(buffer, n)?;
            left -= n as u64;
            progress.advance(n);
        }
        connection.done(); // the next frame can begin
        if header.offset == 0 {
            return Ok((hashing.finish()?, announced));
        }
        // Only the new bytes are hashed, and the digest is of the whole file:
        // read all of it back.
        progress.verifying();
        Ok((download.digest(announced.algorithm)?, announced))
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
