//! A file that is still on its way: it gets its name when every byte is right.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result, anyhow, bail, ensure};
use common::failure::{Failure, reason};
use common::output::bytes;
use same_file::Handle;

use crate::client::capitals::check_capitals;
use crate::client::unfinished;
use crate::digest::{Algorithm, Digest};
use crate::hashing::digest_of;

/// What an unfinished download is called: the name of the file, and this behind it.
///
/// It stays when the download is cut, by Ctrl-C or by the network, and the next `get`
/// goes on from there.
const UNFINISHED: &str = ".unfinished";

/// Why a download is not saved whose digest is wrong.
pub fn damaged(digest: &Digest, announced: &Digest) -> Error {
    anyhow!(
        "it was damaged or changed on its way, two times: its {} is {}, and the \
         server announces {}; nothing is saved, get it again",
        announced.algorithm.name(),
        digest.hex,
        announced.hex
    )
}

/// Why a download is not finished whose connection has ended.
pub fn ended_too_early(left: u64) -> String {
    let missing = bytes(left);
    format!(
        "the connection ended {missing} too early; get it again: it goes on with \
         what has come"
    )
}

/// An unfinished download, locked against a second client in the same folder.
pub struct Download {
    /// The open file, and which one it is.
    handle: Handle,
    unfinished: PathBuf,
    finished: PathBuf,
}

impl Download {
    /// Opens what an earlier download has left, or begins with an empty file.
    pub fn open(folder: &Path, name: &str) -> Result<Self> {
        check_unfinished_name(name)?;
        let shown = folder.display();
        fs::create_dir_all(folder).with_context(|| {
            format!(
                "cannot create the folder {shown}; choose another with --dir"
            )
        })?;
        let finished = folder.join(name);
        let unfinished = folder.join(format!("{name}{UNFINISHED}"));
        check_nothing_in_the_way(&finished, &unfinished)?;
        loop {
            let opened = unfinished::open(&unfinished)
                .map_err(|e| cannot_open(name, folder, &e))?;
            let file = opened.with_context(|| in_the_way(&unfinished))?;
            match unfinished::lock(&file) {
                Ok(true) => {}
                Ok(false) => bail!(
                    "another client is downloading {name} into {shown}; wait \
                     for it, or choose another folder with --dir"
                ),
                Err(e) => {
                    remove_if_empty(&file, &unfinished);
                    return Err(e).with_context(|| {
                        format!(
                            "cannot lock a file in {shown}; choose another \
                             folder with --dir"
                        )
                    });
                }
            }
            // The other client may have finished between our open and our lock, and
            // have renamed what we have open. Then it is not ours: open once more.
            let handle = Handle::from_file(file)?;
            let (unfinished, finished) = (unfinished.clone(), finished.clone());
            let download = Self { handle, unfinished, finished };
            if download.is_ours() {
                check_capitals(folder, name)?;
                return Ok(download);
            }
        }
    }

    /// Does the path still lead to the file that we have open?
    fn is_ours(&self) -> bool {
        let there = Handle::from_path(&self.unfinished);
        there.is_ok_and(|there| there == self.handle)
    }

    fn file(&self) -> &File {
        self.handle.as_file()
    }

    /// How many bytes are here.
    pub fn len(&self) -> Result<u64> {
        Ok(self.file().metadata()?.len())
    }

    /// Keeps the first `len` bytes; the next ones are written behind them.
    pub fn truncate(&mut self, len: u64) -> Result<()> {
        // Only where there is more: ext4 writes a file that has been set to length 0 to
        // the disk before close() returns.
        if self.len()? > len {
            self.file().set_len(len)?;
        }
        self.file().seek(SeekFrom::Start(len))?;
        Ok(())
    }

    /// Writes the next bytes.
    pub fn append(&mut self, piece: &[u8]) -> Result<()> {
        self.file().write_all(piece).map_err(|e| {
            let remedy = match e.kind() {
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                    "make room and get it again: it goes on with what has come"
                }
                ErrorKind::FileTooLarge => {
                    "no file may be this large here: choose a folder on another \
                     disk with --dir, or ask for a higher limit"
                }
                _ => "get it again: it goes on with what has come",
            };
            Failure::new("cannot write the file", reason(&e), remedy).into()
        })
    }

    /// The digest of all that is here.
    pub fn digest(&mut self, algorithm: Algorithm) -> Result<Digest> {
        self.file().seek(SeekFrom::Start(0))?;
        Ok(digest_of(algorithm, self.file(), self.len()?)?)
    }

    /// Gives the file its name, in place of an older one; returns where it is.
    ///
    /// A rename happens at once: a program that opens the name finds the old file or the
    /// new one, never half of either.
    pub fn finish(self) -> Result<PathBuf> {
        ensure!(
            self.is_ours(),
            "somebody has removed {} meanwhile; get it again",
            self.unfinished.display()
        );
        let failed = || {
            let finished = self.finished.display();
            format!("cannot write {finished}; {}", finish_remedy())
        };
        // The system may write the new name to the disk before the bytes. After a power
        // cut a shorter file would then stand in the place of an earlier good one. So
        // wait for the disk, but only where there is something to lose: it takes 30
        // times as long as saving a small file.
        if self.finished.exists() {
            self.file().sync_data().with_context(failed)?;
        }
        fs::rename(&self.unfinished, &self.finished).with_context(failed)?;
        Ok(self.finished.clone())
    }
}

/// Nothing is left of a download that has not received a byte.
impl Drop for Download {
    fn drop(&mut self) {
        if self.is_ours() {
            remove_if_empty(self.file(), &self.unfinished);
        }
    }
}

fn cannot_open(name: &str, folder: &Path, e: &io::Error) -> Failure {
    let folder = folder.display();
    let (what, remedy) = match e.kind() {
        ErrorKind::InvalidFilename | ErrorKind::InvalidInput => (
            format!("{name} cannot be the name of a file in {folder}"),
            "give the file another name on the server",
        ),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => (
            format!("cannot write into {folder}"),
            "make room, or choose another folder with --dir",
        ),
        _ => (
            format!("cannot write into {folder}"),
            "choose another folder with --dir",
        ),
    };
    Failure::new(what, reason(e), remedy)
}

/// What helps when the file cannot get its name.
fn finish_remedy() -> &'static str {
    if cfg!(windows) {
        // Windows replaces no file that a program has opened for itself alone.
        "close it in any other program, then get it again: it has arrived \
         whole; or choose another folder with --dir"
    } else {
        "choose another folder with --dir"
    }
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

/// Does something else lie under one of the two names?
fn check_nothing_in_the_way(finished: &Path, unfinished: &Path) -> Result<()> {
    ensure!(
        !finished.is_dir(),
        "{} is a folder; move it away, or choose another with --dir",
        finished.display()
    );
    let there = fs::symlink_metadata(unfinished);
    ensure!(
        there.is_err() || there.is_ok_and(|there| there.is_file()),
        in_the_way(unfinished)
    );
    Ok(())
}

fn in_the_way(unfinished: &Path) -> String {
    format!("{} is in the way; remove it", unfinished.display())
}

fn remove_if_empty(file: &File, path: &Path) {
    if file.metadata().is_ok_and(|metadata| metadata.len() == 0) {
        let _ = fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_why_there_is_no_file_has_its_remedy() {
        for (kind, told) in [
            (ErrorKind::InvalidFilename, "another name on the server"),
            (ErrorKind::InvalidInput, "another name on the server"),
            (ErrorKind::StorageFull, "make room, or"),
            (ErrorKind::QuotaExceeded, "make room, or"),
            (ErrorKind::PermissionDenied, "; choose another folder with --dir"),
        ] {
            let folder = Path::new("downloads");
            let failure = cannot_open("x", folder, &kind.into()).to_string();
            assert!(failure.contains(told), "{kind}: {failure}");
        }
    }
}
