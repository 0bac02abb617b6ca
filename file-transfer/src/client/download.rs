//! A file that is still on its way: it gets its name when every byte is right.

use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::{Error, Result, anyhow, bail, ensure};
use common::failure::{Failure, reason};
use common::output::bytes;

use crate::client::unfinished::{
    self, ANOTHER, GO_ON, UNFINISHED, Unfinished, in_the_way,
};
use crate::digest::{Algorithm, Digest};
use crate::names::check_name;
use crate::spelling::taken_for;
use crate::wire::Request;
use crate::{shortage, system};

/// What helps when the file cannot get its name. (Windows replaces no file that a program
/// has opened for itself alone.)
const RENAME_REMEDY: &str =
    "move away what is there, or close it in other programs";

pub struct Download {
    folder: PathBuf,
    pub name: String,
    /// Is there an earlier file to lose?
    replaces: bool,
    /// What an earlier download has left; or made when the first byte comes: a file that
    /// the server does not have leaves nothing here.
    here: Option<Unfinished>,
    /// How many bytes are here, and how many of them were before this client came.
    pub len: u64,
    pub resumed: u64,
}

impl Download {
    /// Opens what is here, unless it is known that nothing is.
    pub fn open(folder: &Path, name: &str, is_new: bool) -> Result<Self> {
        let replaces = check(folder, name)?;
        let here =
            if is_new { None } else { Unfinished::open(folder, name, false)? };
        let len = here.as_ref().map_or(0, |here| here.seen.len());
        let (folder, name) = (folder.into(), name.into());
        Ok(Self { folder, name, replaces, here, len, resumed: len })
    }

    /// The request for the bytes that are not here.
    pub fn request(&self) -> Request {
        Request::Get { filename: self.name.clone(), offset: self.len }
    }

    /// Keeps the first `len` bytes; the next ones are written behind them.
    pub fn truncate(&mut self, len: u64) -> Result<()> {
        if let Some(here) = &mut self.here {
            // Only where there is more: ext4 writes a file that has been set to length 0
            // to the disk before close() returns.
            let cut =
                if self.len > len { here.file.set_len(len) } else { Ok(()) };
            let there = cut.and_then(|()| here.file.seek(SeekFrom::Start(len)));
            there.map_err(|e| here.cannot_write(&e))?;
        }
        (self.len, self.resumed) = (len, len);
        Ok(())
    }

    fn here(&mut self) -> Result<&mut Unfinished> {
        match &mut self.here {
            Some(here) => Ok(here),
            none => {
                let created = Unfinished::create(&self.folder, &self.name)?;
                Ok(none.insert(created))
            }
        }
    }

    pub fn append(&mut self, piece: &[u8]) -> Result<()> {
        let here = self.here()?;
        here.file.write_all(piece).map_err(|e| here.cannot_write(&e))?;
        self.len += piece.len() as u64;
        Ok(())
    }

    pub fn digest(&mut self, algorithm: Algorithm) -> Result<Digest> {
        let Unfinished { file, path, .. } = self.here()?;
        let sought = file.seek(SeekFrom::Start(0));
        let digest = sought.and_then(|_| algorithm.digest_of(file));
        Ok(digest.map_err(|e| {
            let what = format!("cannot read {}", path.display());
            Failure::of(what, &e, "remove it, then get it again")
        })?)
    }

    /// Where it lies when it is whole.
    pub fn path(&self) -> PathBuf {
        self.folder.join(&self.name)
    }

    /// Gives the file its name, in place of an older one.
    ///
    /// A rename happens at once: a program that opens the name finds the old file or the
    /// new one, never half of either. We still hold the lock: nobody writes into it.
    pub fn rename(&mut self) -> Result<()> {
        let (finished, replaces) = (self.path(), self.replaces);
        let here = self.here()?;
        // The system may write the new name to the disk before the bytes. After a power
        // cut a shorter file would then stand in the place of an earlier good one. And
        // some file systems find out only now that they have no room. So wait for the
        // disk, but only there: it takes 30 times as long as saving a small file.
        static LATE: OnceLock<bool> = OnceLock::new(); // one folder for all
        let late = LATE.get_or_init(|| system::reports_late(&here.file));
        if replaces || *late {
            here.sync().map_err(|e| here.cannot_write(&e))?;
        }
        // Looked at last: the wait can be long.
        ensure!(
            here.is_there().map_err(|e| here.cannot_write(&e))?,
            "{} is not there any more: somebody may have removed or replaced it; get \
             it again",
            here.path.display()
        );
        system::rename(&here.path, &finished).map_err(|e| {
            let what = format!("cannot write {}", finished.display());
            let is_taken = finished.symlink_metadata().is_ok();
            let moved = is_taken.then_some(RENAME_REMEDY);
            let remedy = match shortage::remedy(&e).or(moved) {
                Some(helps) => {
                    format!("{helps}, then get it again; or {ANOTHER}")
                }
                None => ANOTHER.into(),
            };
            let remedy = format!("it has arrived whole: {remedy}");
            Failure::new(what, reason(&e), remedy)
        })?;
        here.renamed = true;
        Ok(())
    }

    /// Why a download is not finished whose connection has ended.
    pub fn ended_too_early(&self, left: u64) -> String {
        let again = self.here.as_ref().map_or(GO_ON, |here| here.again);
        format!("the connection ended {} too early; {again}", bytes(left))
    }

    /// Removes what is here: its digest is wrong. Returns why it is not saved.
    pub fn discard(&mut self, digest: &Digest, announced: &Digest) -> Error {
        if let Some(here) = self.here.take() {
            let _ = here.file.set_len(0); // an empty one is not kept
        }
        anyhow!(
            "it was damaged or changed on its way, two times: its {} is {}, and \
             the server announces {}; nothing is saved, get it again in a minute",
            announced.algorithm.name(),
            digest.hex,
            announced.hex
        )
    }
}

/// Can a file be saved here under this name? Is there an earlier one?
fn check(folder: &Path, name: &str) -> Result<bool> {
    check_name(name)?;
    // In capitals it is the same file on Windows and macOS.
    ensure!(
        !name.to_ascii_lowercase().ends_with(UNFINISHED),
        "{name}: names that end in {UNFINISHED} are those of unfinished \
         downloads; rename the file on the server"
    );
    ensure!(
        name.len() + UNFINISHED.len() <= 255,
        "{name}: with {UNFINISHED} behind it, that is longer than the 255 \
         bytes a name can have; give it a shorter name on the server"
    );
    let finished = folder.join(name);
    let Ok(there) = finished.symlink_metadata() else { return Ok(false) };
    if there.is_dir() {
        bail!(in_the_way(&finished, "it is a folder"));
    }
    // Saving would replace the other file, and nobody has asked for that.
    if let Some(other) = taken_for(folder, name) {
        let why = format!("this system takes {name} for the same name");
        bail!(in_the_way(&folder.join(other), &why));
    }
    Ok(true)
}

/// Is nothing here of this file yet?
pub fn is_new(folder: &Path, name: &str) -> bool {
    let there = unfinished::path(folder, name).try_exists();
    check_name(name).is_ok() && matches!(there, Ok(false))
}
