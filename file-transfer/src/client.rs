//! The client: sends a request, reads the header, then exactly as many bytes as the
//! header says, and gives the file its name when the digest is right.

pub mod connection;
mod download;
mod progress;
pub mod prompt;
mod unfinished;

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use common::output::log;

use crate::digest::{BUFFER, Digest};
use crate::hashing::Hashing;
use crate::wire::{Entry, Reply, Request};
use connection::Connection;
use download::{Download, is_new};
use progress::Progress;

pub struct Client {
    pub connection: Connection,
    /// Where the files are saved.
    pub folder: PathBuf,
}

impl Client {
    /// Downloads a file, whole and verified, or not at all. `next` are those that are
    /// wanted after it: the server need not wait for their requests.
    pub fn get(
        &mut self,
        name: &str,
        next: &[String],
    ) -> Result<(Download, Digest)> {
        // A file was asked for ahead only if it was not here: no need to look for it.
        let is_new = self.connection.has_asked(name);
        // The file gets the name that we ask for, never one that the server sends:
        // so the server cannot choose where we write.
        let mut download = Download::open(&self.folder, name, is_new)?;
        let failed = format!("cannot get {name} from {}", self.connection.addr);
        let digest = self.fetch(&mut download, next).context(failed)?;
        download.rename()?;
        Ok((download, digest))
    }

    /// Gets the file, or what is missing of it. If the digest is wrong at the end, gets
    /// everything once more: the old bytes may come from another file.
    fn fetch(
        &mut self,
        download: &mut Download,
        next: &[String],
    ) -> Result<Digest> {
        self.connection.ask(download.request())?;
        // A file that is here in part waits for its turn, and so do those behind it.
        let new = next.iter().take_while(|name| is_new(&self.folder, name));
        self.connection.ask_ahead(new);
        let (mut digest, mut announced) = self.receive(download)?;
        if digest != announced {
            log("The digest is wrong: once more, from the start.");
            download.truncate(0)?;
            self.connection.ask(download.request())?;
            (digest, announced) = self.receive(download)?;
        }
        if digest != announced {
            return Err(download.discard(&digest, &announced));
        }
        Ok(digest)
    }

    /// Appends what comes to what is here. Returns the digest of the whole, and the one
    /// that was announced.
    fn receive(&mut self, download: &mut Download) -> Result<(Digest, Digest)> {
        let connection = &mut self.connection;
        // let ... else: any other reply, such as a listing, goes into the braces. (An
        // error of the server does not come here: reply() returns it as an Err.)
        let Reply::File(header) = connection.reply()? else {
            return Err(connection.other_answer());
        };
        let announced = header
            .check(&download.name, download.len)
            .map_err(|e| connection.not_the_protocol(e))?;
        download.truncate(header.offset)?;

        let mut left = header.file_size - header.offset;
        // Hashing takes the buffer, perhaps to another thread, and returns one to fill.
        let (mut hashing, mut buffer) =
            Hashing::start(announced.algorithm, left)?;
        let progress = Progress::start(&header, &connection.trace);
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

    /// Shows every file that the server offers, as they come: first how many they are,
    /// then a message for each.
    pub fn list(
        &mut self,
        mut show: impl FnMut(Entry) -> Result<()>,
    ) -> Result<()> {
        let connection = &mut self.connection;
        connection.ask(Request::List)?;
        let Reply::Listing { count } = connection.reply()? else {
            return Err(connection.other_answer());
        };
        for _ in 0..count {
            show(connection.message()?)?;
        }
        connection.done();
        Ok(())
    }
}
