//! A file that is still on its way: it gets its name when every byte is right.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::rc::Rc;

use anyhow::{Error, Result, anyhow, ensure};
use common::failure::{Failure, reason};
use common::output::bytes;

use crate::client::folder::Folder;
use crate::client::unfinished::{GO_ON, Unfinished};
use crate::digest::{Algorithm, Digest};
use crate::hashing::digest_of;
use crate::made::Made;
use crate::system;
use crate::wire::Request;

/// An unfinished download.
pub struct Download {
    folder: Rc<Folder>,
    name: String,
    /// Is there an earlier file to lose?
    replaces: bool,
    /// What an earlier download has left; or made when the first byte comes: a file that
    /// the server does not have leaves nothing here.
    here: Option<Unfinished>,
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
    /// Opens what is here, unless nothing has `begun`: what was asked for ahead.
    pub fn open(folder: &Rc<Folder>, name: &str, begun: bool) -> Result<Self> {
        let replaces = folder.check(name)?;
        let here = if begun { folder.open(name)? } else { None };
        let resumed = here.as_ref().map_or(0, |here| here.len);
        let (folder, name) = (folder.clone(), name.into());
        Ok(Self { folder, name, replaces, here, resumed })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many bytes are here.
    pub fn len(&self) -> u64 {
        self.here.as_ref().map_or(0, |here| here.len)
    }

    /// The request for the bytes that are not here.
    pub fn request(&self) -> Request {
        Request::Get { filename: self.name.clone(), offset: self.len() }
    }

    /// Keeps the first `len` bytes; the next ones are written behind them.
    pub fn truncate(&mut self, len: u64) -> Result<()> {
        self.resumed = self.resumed.min(len);
        Ok(self.here.iter_mut().try_for_each(|here| here.truncate(len))?)
    }

    fn here(&mut self) -> Result<&mut Unfinished> {
        match &mut self.here {
            Some(here) => Ok(here),
            none => Ok(none.insert(self.folder.create(&self.name)?)),
        }
    }

    /// Writes the next bytes.
    pub fn append(&mut self, piece: &[u8]) -> Result<()> {
        let here = self.here()?;
        here.file.write_all(piece).map_err(|e| here.cannot_write(&e))?;
        here.len += piece.len() as u64;
        Ok(())
    }

    /// The digest of all that is here.
    pub fn digest(&mut self, algorithm: Algorithm) -> Result<Digest> {
        let Unfinished { file, len, .. } = self.here()?;
        file.seek(SeekFrom::Start(0))?;
        Ok(digest_of(algorithm, &*file, *len, || Ok(()))?.0)
    }

    /// What it is when it has its name.
    pub fn as_saved(&self, digest: Digest) -> Saved {
        let (path, size) = (self.folder.finished(&self.name), self.len());
        Saved { path, size, resumed: self.resumed, digest }
    }

    /// Gives the file its name, in place of an older one.
    ///
    /// A rename happens at once: a program that opens the name finds the old file or the
    /// new one, never half of either. We still hold the lock: nobody writes into it.
    pub fn rename(mut self) -> Result<()> {
        let finished = self.folder.finished(&self.name);
        let replaces = self.replaces;
        let here = self.here()?;
        ensure!(
            here.is_there(),
            "somebody has removed {} meanwhile; get it again",
            here.path.display()
        );
        // The system may write the new name to the disk before the bytes. After a power
        // cut a shorter file would then stand in the place of an earlier good one. And
        // some file systems find out only now that they have no room. So wait for the
        // disk, but only there: it takes 30 times as long as saving a small file.
        if replaces || here.late {
            here.file.sync_data().map_err(|e| here.cannot_write(&e))?;
        }
        system::rename(&here.path, &finished).map_err(|e| {
            let what = format!("cannot write {}", finished.display());
            Failure::new(what, reason(&e), RENAME_REMEDY)
        })?;
        here.private.take().into_iter().for_each(Made::keep);
        Ok(())
    }

    /// Nothing of it is worth going on with.
    pub fn remove(&mut self) {
        if let Some(here) = self.here.take() {
            let _ = fs::remove_file(&here.path);
        }
    }

    /// Why a download is not finished whose connection has ended.
    pub fn ended_too_early(&self, left: u64) -> String {
        let again = self.here.as_ref().map_or(GO_ON, Unfinished::again);
        format!("the connection ended {} too early; {again}", bytes(left))
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
