//! A file that is not whole yet, and that this client alone writes to.

use std::fs::{File, Metadata, OpenOptions};
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
    /// What it looked like when it was opened.
    pub seen: Metadata,
    /// How many bytes are here.
    pub len: u64,
    /// Is it on a file system that writes elsewhere?
    pub late: bool,
    /// Where there are no locks: nobody else opens it, and it goes with this client.
    pub private: Option<Made>,
}

impl Unfinished {
    pub fn new(file: File, path: &Path, late: bool) -> io::Result<Self> {
        let seen = file.metadata()?;
        let (path, len) = (path.to_path_buf(), seen.len());
        Ok(Self { file, path, seen, len, late, private: None })
    }

    /// A file under a name that was free, and that nobody else opens.
    pub fn private(beside: &Path, late: bool) -> io::Result<Self> {
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
                    let mut here = Self::new(opened?, &path, late)?;
                    here.private = Some(Made::new(path));
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

    /// Does its path still lead to the file that is open? Looks, and opens nothing.
    pub fn is_there(&self) -> bool {
        let Self { file, path, seen, .. } = self;
        let is_same = |there: &Metadata| {
            system::is_same(path, there, file, seen)
                || self.late && self.is_alike(there).unwrap_or(false)
        };
        let there = path.symlink_metadata().ok();
        self.private.is_some()
            || there.is_some_and(|there| there.is_file() && is_same(&there))
    }

    /// FUSE may give a file another number each time that somebody looks: then it is the
    /// same if it looks the same.
    fn is_alike(&self, there: &Metadata) -> io::Result<bool> {
        let open = self.file.metadata()?;
        Ok(there.len() == open.len() && there.modified()? == open.modified()?)
    }
}

#[cfg(test)]
#[test]
fn where_the_numbers_of_files_change_a_file_is_known_by_its_looks() {
    let folder = tempfile::tempdir().unwrap();
    let [open, there] = ["open", "there"].map(|name| folder.path().join(name));
    let time = std::time::SystemTime::now();
    for (text, late, leads) in
        [("abc", true, true), ("abc", false, false), ("ab", true, false)]
    {
        std::fs::write(&open, "abc").unwrap();
        std::fs::write(&there, text).unwrap();
        let [open, _] = [&open, &there].map(|path| {
            let file = File::options().write(true).open(path).unwrap();
            file.set_modified(time).unwrap();
            file
        });
        let open = Unfinished::new(open, &there, late).unwrap();
        assert_eq!(open.is_there(), leads, "{text}");
    }
}
