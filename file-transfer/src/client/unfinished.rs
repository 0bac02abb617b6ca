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
    /// Where there are no locks: nobody else opens it, and it goes with this client.
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
    seems_to_lead_to(path, file, system::reports_late).unwrap_or(false)
}

/// FUSE may give a file another number each time that somebody looks: then it is the same
/// if it looks the same.
fn seems_to_lead_to(
    path: &Path,
    file: &File,
    numbers_change: fn(&File) -> bool,
) -> io::Result<bool> {
    let (there, open) = (path.symlink_metadata()?, file.metadata()?);
    let is_alike =
        there.len() == open.len() && there.modified()? == open.modified()?;
    let is_same = system::is_same(path, &there, file, &open)
        || is_alike && numbers_change(file);
    Ok(there.is_file() && is_same)
}

#[cfg(test)]
#[test]
fn where_the_numbers_of_files_change_a_file_is_known_by_its_looks() {
    let folder = tempfile::tempdir().unwrap();
    let [open, there] = ["open", "there"].map(|name| folder.path().join(name));
    let time = std::time::SystemTime::now();
    for (text, numbers_change, leads) in [
        ("abc", (|_| true) as fn(&File) -> bool, true),
        ("abc", |_| false, false),
        ("ab", |_| true, false),
    ] {
        std::fs::write(&open, "abc").unwrap();
        std::fs::write(&there, text).unwrap();
        let [open, _] = [&open, &there].map(|path| {
            let file = File::options().write(true).open(path).unwrap();
            file.set_modified(time).unwrap();
            file
        });
        let seems = seems_to_lead_to(&there, &open, numbers_change).unwrap();
        assert_eq!(seems, leads, "{text}");
    }
}
