//! A file that is still on its way: it gets its name when every byte is right.

use std::fs;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::PathBuf;

use anyhow::{Error, Result, anyhow, ensure};
use common::failure::{Failure, reason};
use common::output::bytes;

use crate::client::folder::Folder;
use crate::client::unfinished::{self, Unfinished, leads_to};
use crate::digest::{Algorithm, Digest};
use crate::hashing::digest_of;
use crate::made::Made;
use crate::shortage;
use crate::wire::Request;

/// An unfinished download.
pub struct Download {
    /// Removes what is not to be kept. (Before the file is closed, and the lock is gone.)
    made: Option<Made>,
    name: String,
    here: Unfinished,
    finished: PathBuf,
    /// Is there an earlier file to lose, or a file system that reports late?
    waits_for_disk: bool,
    /// How much was here before this client came.
    resumed: u64,
}

/// A file that has arrived whole.
pub struct Saved {
    pub path: PathBuf,
    pub size: u64,
    /// How much of it was here already, from a download that was cut.
    pub resumed: u64,
    pub digest: Digest,
}

impl Download {
    /// Opens what an earlier download has left, or begins with an empty file.
    pub fn open(folder: &mut Folder, name: &str) -> Result<Self> {
        let replaces = folder.check(name)?;
        let here = folder.open(name)?;
        let waits_for_disk = replaces || folder.reports_late(&here.file);
        let remove = match here.shared {
            Some(_) => unfinished::remove_if_empty,
            None => |path: &_| fs::remove_file(path),
        };
        let made = Some(Made::new(here.path.clone(), remove));
        let (finished, resumed) = (folder.path().join(name), here.len);
        let name = name.into();
        Ok(Self { made, name, here, finished, waits_for_disk, resumed })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many bytes are here.
    pub fn len(&self) -> u64 {
        self.here.len
    }

    /// The request for the bytes that are not here.
    pub fn request(&self) -> Request {
        Request::Get { filename: self.name.clone(), offset: self.here.len }
    }

    /// Keeps the first `len` bytes; the next ones are written behind them.
    pub fn truncate(&mut self, len: u64) -> Result<()> {
        let here = &mut self.here;
        // Only where there is more: ext4 writes a file that has been set to length 0 to
        // the disk before close() returns.
        if here.len > len {
            here.file.set_len(len)?;
            self.resumed = len;
        }
        if here.len > 0 {
            here.file.seek(SeekFrom::Start(len))?;
        }
        here.len = len;
        Ok(())
    }

    /// Writes the next bytes.
    pub fn append(&mut self, piece: &[u8]) -> Result<()> {
        let written = self.here.file.write_all(piece);
        written.map_err(|e| self.cannot_write(&e))?;
        self.here.len += piece.len() as u64;
        Ok(())
    }

    /// The digest of all that is here.
    pub fn digest(&mut self, algorithm: Algorithm) -> Result<Digest> {
        self.here.file.seek(SeekFrom::Start(0))?;
        Ok(digest_of(algorithm, &self.here.file, self.here.len)?.0)
    }

    /// What it is when it has its name.
    pub fn as_saved(&self, digest: Digest) -> Saved {
        let (path, size) = (self.finished.clone(), self.here.len);
        Saved { path, size, resumed: self.resumed, digest }
    }

    /// Gives the file its name, in place of an older one.
    ///
    /// A rename happens at once: a program that opens the name finds the old file or the
    /// new one, never half of either. We still hold the lock: nobody writes into it.
    pub fn rename(mut self) -> Result<()> {
        let Unfinished { file, path, shared, .. } = &self.here;
        ensure!(
            shared.is_none_or(|identity| leads_to(path, file, identity)),
            "somebody has removed {} meanwhile; get it again",
            path.display()
        );
        // The system may write the new name to the disk before the bytes. After a power
        // cut a shorter file would then stand in the place of an earlier good one. And
        // some file systems find out only now that they have no room. So wait for the
        // disk, but only there: it takes 30 times as long as saving a small file.
        if self.waits_for_disk {
            file.sync_data().map_err(|e| self.cannot_write(&e))?;
        }
        fs::rename(path, &self.finished).map_err(|e| {
            let what = format!("cannot write {}", self.finished.display());
            Failure::new(what, reason(&e), RENAME_REMEDY)
        })?;
        self.made.take().into_iter().for_each(Made::keep);
        Ok(())
    }

    fn cannot_write(&self, e: &io::Error) -> Failure {
        let again = self.again();
        let remedy = match shortage::remedy(e) {
            Some(remedy) => format!("{remedy} and {again}"),
            None => again.into(),
        };
        Failure::new("cannot write the file", reason(e), remedy)
    }

    /// What helps when only a part has come.
    fn again(&self) -> &'static str {
        match self.here.shared {
            Some(_) => "get it again: it goes on with what has come",
            None => {
                "get it again: it starts from byte 0, for this file system has \
                     no locks"
            }
        }
    }

    /// Why a download is not finished whose connection has ended.
    pub fn ended_too_early(&self, left: u64) -> String {
        let (missing, again) = (bytes(left), self.again());
        format!("the connection ended {missing} too early; {again}")
    }
}

/// Why a download is not saved whose digest is wrong.
pub fn damaged(digest: &Digest, announced: &Digest) -> Error {
    anyhow!(
        "it was damaged or changed on its way, two times: its {} is {}, and the \
         server announces {}; nothing is saved, get it again in a minute",
        announced.algorithm.name(),
        digest.hex,
        announced.hex
    )
}

/// What helps when the file cannot get its name.
const RENAME_REMEDY: &str = if cfg!(windows) {
    // Windows replaces no file that a program has opened for itself alone.
    "close it in any other program, then get it again: it has arrived whole; or \
     choose another folder with --dir"
} else {
    "choose another folder with --dir"
};
