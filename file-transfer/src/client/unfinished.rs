//! A file that is not whole yet. It is opened in such a way that this client alone writes
//! to it, and to no other file, and that nobody waits, whatever lies there.

use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use common::failure::{Failure, reason};

use crate::made::Made;
use crate::{shortage, system};

/// What the name of a download ends in that is not whole yet.
///
/// It stays when the download is cut, by Ctrl-C or by the network, and the next `get`
/// goes on from there.
pub const UNFINISHED: &str = ".unfinished";

pub const ANOTHER: &str = "choose another folder with --dir";

pub const GO_ON: &str = "get it again: it goes on with what has come";

const FROM_THE_START: &str = "get it again: it starts from byte 0, because this \
                              file system has no locks";

pub struct Unfinished {
    pub file: File,
    pub path: PathBuf,
    /// What it looked like when it was opened.
    pub seen: Metadata,
    /// Where there are no locks: nobody else opens it, and it goes with this client.
    private: Option<Made>,
    /// What helps when only a part has come.
    pub again: &'static str,
    /// Has it got the name that it is for?
    pub renamed: bool,
    /// Those that have been made for it: removed last, behind the file.
    folders: Folders,
}

/// Folders that are removed again where they are empty.
#[derive(Default)]
struct Folders(Vec<PathBuf>);

impl Drop for Folders {
    fn drop(&mut self) {
        self.0.iter().for_each(|folder| drop(fs::remove_dir(folder)));
    }
}

impl Unfinished {
    /// Begins with an empty file.
    pub fn create(folder: &Path, name: &str) -> Result<Self> {
        let failed = |e| cannot_open(folder, name, &e);
        let mut here = Self::open(folder, name, true)?;
        let mut folders = Folders::default();
        if here.is_none() {
            let missing = folder.ancestors().take_while(|path| !path.exists());
            folders.0 = missing.map(Path::to_path_buf).collect();
            fs::create_dir_all(folder).map_err(failed)?; // if it was that
            here = Self::open(folder, name, true)?;
        }
        let mut here = match here {
            Some(here) => here,
            // Without locks, or where nothing tells one file from another, two clients
            // would write into one file.
            None => Self::private(folder).map_err(failed)?,
        };
        here.folders = folders;
        // Another client may have begun since we looked.
        if here.seen.len() > 0 {
            here.file.set_len(0).map_err(|e| here.cannot_write(&e))?;
        }
        Ok(here)
    }

    /// Opens what is here of this file, or a `new` one; `None` where nothing is that one
    /// can go on with.
    pub fn open(folder: &Path, name: &str, new: bool) -> Result<Option<Self>> {
        let path = path(folder, name);
        let failed = |e| cannot_open(folder, name, &e);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(new).truncate(false);
        let file = match system::follow_no_link(&mut options).open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => bail!(failed(e)),
        };
        let locked = match file.try_lock() {
            Err(TryLockError::WouldBlock) => bail!(
                "another client is downloading {name} into {}; wait for it, or \
                 {ANOTHER}",
                folder.display()
            ),
            // No locks here: some of NFS and FUSE have none.
            locked => locked.is_ok(),
        };
        // Look at what is open: what was seen there before may have been replaced. A file
        // with a second name (a hard link) may be anybody's: the bytes that we write
        // would be in it under that name, too. (FUSE may count no name at all.)
        let seen = file.metadata().map_err(failed)?;
        let names = system::names(&file, &seen).map_err(failed)?;
        if !seen.is_file() || names > 1 {
            bail!(in_the_way(&path, "it is not a regular file with one name"));
        }
        let (private, again, renamed) = (None, GO_ON, false);
        let folders = Folders::default();
        let here = Self { file, path, seen, private, again, renamed, folders };
        // Else another client has finished between our open and our lock, and has renamed
        // what we have open: it is not ours.
        let is_ours = locked && here.is_there().unwrap_or(false);
        Ok(is_ours.then_some(here))
    }

    /// A file under a name that nobody else has.
    fn private(folder: &Path) -> io::Result<Self> {
        let private = Made::new(folder, UNFINISHED);
        let file = File::create_new(&private.0)?;
        let (seen, path) = (file.metadata()?, private.0.clone());
        let (private, again) = (Some(private), FROM_THE_START);
        let (renamed, folders) = (false, Folders::default());
        Ok(Self { file, path, seen, private, again, renamed, folders })
    }

    /// Does its path still lead to the file that is open?
    pub fn is_there(&self) -> io::Result<bool> {
        if self.private.is_some() {
            return Ok(true);
        }
        match system::leads_to(&self.path, &self.file, &self.seen) {
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(false),
            looked => looked,
        }
    }

    fn is_empty(&self) -> bool {
        self.file.metadata().is_ok_and(|now| now.len() == 0)
    }

    pub fn sync(&self) -> io::Result<()> {
        // Some find out only when it is closed: so a copy is, and ours keeps the lock.
        // Where no more files can be open, nothing is lost yet.
        let copy = self.file.try_clone()?;
        let synced = system::sync(&self.file);
        let closed = synced.and_then(|()| system::close(copy));
        // What has not reached the disk may be read again for a while, as if it had:
        // nobody must go on with it.
        closed.inspect_err(|_| drop(self.file.set_len(0)))
    }

    /// Why a write to it has failed.
    pub fn cannot_write(&self, e: &io::Error) -> Failure {
        let again = if self.is_empty() { "get it again" } else { self.again };
        let remedy = shortage::remedy(e)
            .map_or(again.to_string(), |helps| format!("{helps} and {again}"));
        let what = format!("cannot write {}", self.path.display());
        Failure::new(what, reason(e), remedy)
    }
}

/// Nothing stays that nobody can go on with, and nothing of others goes.
impl Drop for Unfinished {
    fn drop(&mut self) {
        let stays = self.renamed || self.private.is_none() && !self.is_empty();
        if !stays && self.is_there().unwrap_or(false) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Where the file lies until it is whole.
pub fn path(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}{UNFINISHED}"))
}

/// Whose fault is it: the system's, the folder's, or that of something that lies there?
fn cannot_open(folder: &Path, name: &str, e: &io::Error) -> Failure {
    let path = path(folder, name);
    // From a disk that is read-only nothing can be moved away.
    let is_fixed = e.kind() == ErrorKind::ReadOnlyFilesystem;
    let remedy = match (shortage::remedy(e), path.symlink_metadata()) {
        (None, Ok(there)) if !is_fixed => {
            let is_link = there.is_symlink().then(|| "it is a link".into());
            return in_the_way(&path, &is_link.unwrap_or_else(|| reason(e)));
        }
        (Some(helps), _) => format!("{helps}, or {ANOTHER}"),
        _ => ANOTHER.into(),
    };
    let what = format!("cannot write into {}", folder.display());
    Failure::new(what, reason(e), remedy)
}

pub fn in_the_way(path: &Path, why: &str) -> Failure {
    let what = format!("{} is in the way", path.display());
    Failure::new(what, why, format!("move it away, or {ANOTHER}"))
}
