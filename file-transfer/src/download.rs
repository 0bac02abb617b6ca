//! A file that is still on its way: it gets its name when every byte is right.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use same_file::Handle;

/// What an unfinished download is called: the file's name, and this behind it.
///
/// It stays when the download is cut, by Ctrl-C or by the network, and the next `get`
/// goes on from there.
pub const UNFINISHED: &str = ".unfinished";

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
        let shown = folder.display();
        fs::create_dir_all(folder).with_context(|| {
            format!(
                "cannot create the folder {shown}; choose another with --dir"
            )
        })?;
        let finished = folder.join(name);
        ensure!(
            !finished.is_dir(),
            "{} is a folder; move it away, or choose another with --dir",
            finished.display()
        );
        let unfinished = folder.join(format!("{name}{UNFINISHED}"));
        // A link would have us write somewhere else.
        let there = fs::symlink_metadata(&unfinished);
        ensure!(
            there.is_err() || there.is_ok_and(|there| there.is_file()),
            "{} is in the way; remove it",
            unfinished.display()
        );
        loop {
            let file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&unfinished)
                .with_context(|| {
                    format!(
                        "cannot write into {shown}; choose another with --dir"
                    )
                })?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => bail!(
                    "another client is downloading {name} into {shown}; wait \
                     for it, or choose another folder with --dir"
                ),
                Err(TryLockError::Error(e)) => {
                    return Err(e).context("cannot lock the download");
                }
            }
            // The other client may have finished between our open and our
            // lock, and have renamed what we have open: then it is not ours.
            let handle = Handle::from_file(file)?;
            let (unfinished, finished) = (unfinished.clone(), finished.clone());
            let download = Self { handle, unfinished, finished };
            if download.is_ours() {
                return Ok(download);
            }
        }
    }

    /// Does the path still lead to the file that we have open?
    fn is_ours(&self) -> bool {
        let there = Handle::from_path(&self.unfinished);
        there.is_ok_and(|there| there == self.handle)
    }

    /// To read and write what is here.
    pub fn file(&self) -> &File {
        self.handle.as_file()
    }

    /// How many bytes are here.
    pub fn len(&self) -> Result<u64> {
        Ok(self.file().metadata()?.len())
    }

    /// Keeps the first `len` bytes; the next ones are written behind them.
    pub fn cut(&mut self, len: u64) -> Result<()> {
        // Only where there is more: ext4 writes a file that has been set to
        // length 0 to the disk before close() returns.
        if self.len()? > len {
            self.file().set_len(len)?;
        }
        self.file().seek(SeekFrom::Start(len))?;
        Ok(())
    }

    /// Gives the file its name, in place of an older one; returns where it is.
    ///
    /// A rename happens at once: whoever opens the name finds the old file or the
    /// new one, never half of either.
    pub fn finish(self) -> Result<PathBuf> {
        ensure!(
            self.is_ours(),
            "somebody has removed {} meanwhile; get it again",
            self.unfinished.display()
        );
        fs::rename(&self.unfinished, &self.finished).with_context(|| {
            let finished = self.finished.display();
            format!("cannot write {finished}; choose another folder with --dir")
        })?;
        Ok(self.finished.clone())
    }
}

/// Nothing is left of a download that has not received a byte.
impl Drop for Download {
    fn drop(&mut self) {
        let empty = self.len().is_ok_and(|len| len == 0);
        if empty && self.is_ours() {
            let _ = fs::remove_file(&self.unfinished);
        }
    }
}
