//! A file that is still on its way: it gets its name when every byte is right.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Error, Result, anyhow, bail, ensure};
use common::failure::{Failure, reason};
use common::output::bytes;

use crate::client::folder::Folder;
use crate::client::unfinished::{self, Identity, Lock};
use crate::digest::{Algorithm, Digest};
use crate::hashing::digest_of;
use crate::made::Made;
use crate::names::check_name;
use crate::shortage;
use crate::spelling::taken_for;
use crate::system::reports_late;

/// What an unfinished download is called: the name of the file, and this behind it.
///
/// It stays when the download is cut, by Ctrl-C or by the network, and the next `get`
/// goes on from there.
const UNFINISHED: &str = ".unfinished";

/// How often another client may finish this very file between our open and our lock.
const TRIES: usize = 3;

/// An unfinished download, that no other client writes to.
pub struct Download {
    /// Removes the unfinished file when nothing is to be kept of it.
    made: Option<Made>,
    file: File,
    /// How many bytes are here.
    len: u64,
    unfinished: PathBuf,
    pub finished: PathBuf,
    /// `None`: the file is private, and its path leads to it.
    shared: Option<Identity>,
}

impl Download {
    /// Opens what an earlier download has left, or begins with an empty file.
    pub fn open(folder: &mut Folder, name: &str) -> Result<Self> {
        check_name(name)?;
        check_unfinished_name(name)?;
        let unfinished = folder.path().join(format!("{name}{UNFINISHED}"));
        let finished = folder.path().join(name);
        check_nothing_in_the_way(folder.path(), name, &finished)?;
        let cannot = |folder: &Folder, e: &io::Error| {
            cannot_open(name, folder.path(), &unfinished, e)
        };
        for _ in 0..TRIES {
            let opened = match unfinished::open(&unfinished) {
                Err(e) if is_folder_missing(&e) => {
                    folder.make()?;
                    unfinished::open(&unfinished)
                }
                opened => opened,
            };
            let opened = opened.map_err(|e| cannot(folder, &e))?;
            let Some((file, identity, len)) = opened else {
                bail!(in_the_way(&unfinished));
            };
            match unfinished::lock(&file) {
                Lock::Ours => {}
                Lock::Theirs => bail!(
                    "another client is downloading {name} into {}; wait for \
                     it, or choose another folder with --dir",
                    folder.path().display()
                ),
                Lock::Nobodys => {
                    let _ = remove_if_empty(&unfinished);
                    break;
                }
            }
            // The other client may have finished between our open and our lock, and
            // have renamed what we have open. Then it is not ours: open once more.
            if unfinished::leads_to(&unfinished, &file, identity) {
                let made = Made::new(unfinished.clone(), remove_if_empty);
                let (made, shared) = (Some(made), Some(identity));
                return Ok(Self {
                    made,
                    file,
                    len,
                    unfinished,
                    finished,
                    shared,
                });
            }
        }
        // Without locks, or where the numbers of files cannot be relied on, two clients
        // would write into one file: so this one gets a file of its own. It goes when
        // the client goes.
        let opened = unfinished::open_private(folder.path(), UNFINISHED);
        let (file, unfinished) = opened.map_err(|e| cannot(folder, &e))?;
        let made = Made::new(unfinished.clone(), |path| fs::remove_file(path));
        let (made, shared) = (Some(made), None);
        Ok(Self { made, file, len: 0, unfinished, finished, shared })
    }

    /// How many bytes are here.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Keeps the first `len` bytes; the next ones are written behind them.
    pub fn truncate(&mut self, len: u64) -> Result<()> {
        // Only where there is more: ext4 writes a file that has been set to length 0 to
        // the disk before close() returns.
        if self.len > len {
            self.file.set_len(len)?;
        }
        if self.len > 0 {
            self.file.seek(SeekFrom::Start(len))?;
        }
        self.len = len;
        Ok(())
    }

    /// Writes the next bytes.
    pub fn append(&mut self, piece: &[u8]) -> Result<()> {
        self.file.write_all(piece).map_err(|e| self.cannot_write(&e))?;
        self.len += piece.len() as u64;
        Ok(())
    }

    /// The digest of all that is here.
    pub fn digest(&mut self, algorithm: Algorithm) -> Result<Digest> {
        self.file.seek(SeekFrom::Start(0))?;
        Ok(digest_of(algorithm, &self.file, self.len)?.0)
    }

    /// Gives the file its name, in place of an older one.
    ///
    /// A rename happens at once: a program that opens the name finds the old file or the
    /// new one, never half of either. We still hold the lock: nobody writes into it.
    pub fn rename(mut self) -> Result<()> {
        let is_here = |identity| {
            unfinished::leads_to(&self.unfinished, &self.file, identity)
        };
        ensure!(
            self.shared.is_none_or(is_here),
            "somebody has removed {} meanwhile; get it again",
            self.unfinished.display()
        );
        // The system may write the new name to the disk before the bytes. After a power
        // cut a shorter file would then stand in the place of an earlier good one. And
        // some file systems find out only now that they have no room. So wait for the
        // disk, but only there: it takes 30 times as long as saving a small file.
        let replaces = self.finished.symlink_metadata().is_ok();
        if replaces || reports_late(&self.file) {
            self.file.sync_data().map_err(|e| self.cannot_write(&e))?;
        }
        fs::rename(&self.unfinished, &self.finished).map_err(|e| {
            let what = format!("cannot write {}", self.finished.display());
            Failure::new(what, reason(&e), RENAME_REMEDY)
        })?;
        if let Some(made) = self.made.take() {
            made.keep();
        }
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
        match self.shared {
            Some(_) => "get it again: it goes on with what has come",
            None => {
                "get it again: it starts from the beginning, because this \
                     file system has no locks"
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

fn is_folder_missing(e: &io::Error) -> bool {
    [ErrorKind::NotFound, ErrorKind::NotADirectory].contains(&e.kind())
}

fn cannot_open(
    name: &str,
    folder: &Path,
    unfinished: &Path,
    e: &io::Error,
) -> Error {
    let cannot_write = format!("cannot write into {}", folder.display());
    let (what, remedy) = match (e.kind(), shortage::remedy(e)) {
        (ErrorKind::InvalidFilename | ErrorKind::InvalidInput, _) => (
            format!(
                "{name} cannot be the name of a file in {}",
                folder.display()
            ),
            "give the file another name on the server".into(),
        ),
        (_, Some(remedy)) => (
            cannot_write,
            format!("{remedy}, or choose another folder with --dir"),
        ),
        _ if unfinished.symlink_metadata().is_err() => {
            (cannot_write, "choose another folder with --dir".into())
        }
        (ErrorKind::PermissionDenied, _) => (
            format!("cannot write into {}", unfinished.display()),
            "remove it, or choose another folder with --dir".into(),
        ),
        // A link, a folder, a socket: each has an error of its own.
        _ => return Error::msg(in_the_way(unfinished)),
    };
    Failure::new(what, reason(e), remedy).into()
}

/// Can there be an unfinished file for this name?
fn check_unfinished_name(name: &str) -> Result<()> {
    // In capitals it is the same file on Windows and macOS.
    ensure!(
        !name.to_ascii_lowercase().ends_with(UNFINISHED),
        "{name}: names that end in {UNFINISHED} are those of unfinished \
         downloads; rename the file on the server"
    );
    ensure!(
        name.len() + UNFINISHED.len() <= 255,
        "{name}: with {UNFINISHED} behind it, that is longer than the 255 bytes a \
         name can have; give it a shorter name on the server"
    );
    Ok(())
}

/// Does something else lie under the name that the file will have?
fn check_nothing_in_the_way(
    folder: &Path,
    name: &str,
    finished: &Path,
) -> Result<()> {
    let Ok(there) = finished.symlink_metadata() else { return Ok(()) };
    ensure!(
        !there.is_dir(),
        "{} is a folder; move it away, or choose another with --dir",
        finished.display()
    );
    // Saving would replace the other file, and nobody has asked for that.
    if let Some(other) = taken_for(folder, name) {
        bail!(
            "{other} lies in {}, and this system takes {name} for the same \
             name; move it away, or choose another folder with --dir",
            folder.display()
        );
    }
    Ok(())
}

fn in_the_way(unfinished: &Path) -> String {
    format!("{} is in the way; remove it", unfinished.display())
}

/// Nothing is left of a download that has not received a byte.
fn remove_if_empty(path: &Path) -> io::Result<()> {
    let there = path.symlink_metadata()?;
    if there.is_file() && there.len() == 0 {
        fs::remove_file(path)?;
    }
    Ok(())
}
