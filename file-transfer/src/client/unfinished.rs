//! A file that is not whole yet, and that this client alone writes to.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use common::failure::{Failure, reason};

use crate::made::Made;
use crate::{shortage, system};

/// What the name of a download ends in that is not whole yet.
///
/// It stays when the download is cut, by Ctrl-C or by the network, and the next `get`
/// goes on from there.
pub const UNFINISHED: &str = ".unfinished";

pub const GO_ON: &str = "get it again: it goes on with what has come";

const FROM_THE_START: &str = "get it again: it starts from byte 0, for this file \
                              system has no locks";

pub struct Unfinished {
    pub file: File,
    pub path: PathBuf,
    /// How many bytes are here.
    pub len: u64,
    /// Where there are no locks: nobody else opens this file, and it goes with this client.
    pub private: Option<Made>,
}

impl Unfinished {
    pub fn new(file: File, path: PathBuf, len: u64) -> Self {
        Self { file, path, len, private: None }
    }

    /// A file under a name that was free, and that nobody else opens.
    pub fn private(beside: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        let mut n = 1;
        loop {
            let path = beside.with_file_name(format!(".{n}{UNFINISHED}"));
            match options.open(&path) {
                Err(e) if e.kind() == ErrorKind::AlreadyExists && n < 1000 => {
                    n += 1;
                }
                opened => {
                    let mut here = Self::new(opened?, path, 0);
                    here.private = Some(Made::new(here.path.clone()));
                    return Ok(here);
                }
            }
        }
    }

    /// Keeps the first `len` bytes; the next ones are written behind them.
    pub fn truncate(&mut self, len: u64) -> io::Result<()> {
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

    /// Why a write to it has failed.
    pub fn cannot_write(&self, e: &io::Error) -> Failure {
        let again = self.again();
        let remedy = match shortage::remedy(e) {
            Some(remedy) => format!("{remedy} and {again}"),
            None => again.into(),
        };
        Failure::new("cannot write the file", reason(e), remedy)
    }

    /// What helps when only a part has come.
    pub fn again(&self) -> &'static str {
        if self.private.is_none() { GO_ON } else { FROM_THE_START }
    }

    /// Does its path still lead to the file that is open?
    pub fn is_there(&self) -> bool {
        self.private.is_some() || leads_to(&self.path, &self.file)
    }
}

/// Does the path lead to this file? Looks, and opens nothing.
pub fn leads_to(path: &Path, file: &File) -> bool {
    let seen = path.symlink_metadata().ok().zip(file.metadata().ok());
    let Some((there, open)) = seen else { return false };
    // FUSE may give a file another number each time that somebody looks.
    let is_alike = || {
        system::reports_late(file)
            && there.len() == open.len()
            && there.modified().ok() == open.modified().ok()
    };
    there.is_file()
        && (system::is_same(path, &there, file, &open) || is_alike())
}
