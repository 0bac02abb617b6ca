//! The unfinished file: opened in such a way that no other file is written to, and nobody
//! waits, whatever lies in the download folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::system;

/// Which file on which disk.
pub type Identity = (u64, u64);

/// Opens the file, or creates it; `None` if something else lies there.
pub fn open(path: &Path) -> io::Result<Option<(File, Identity, u64)>> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let file = system::follow_no_link(&mut options).open(path)?;
    // Look at what has been opened: what was seen there before may have been replaced.
    // A file with a second name (a hard link) may be anybody's: the bytes that we write
    // would be in it under that name, too. (Some file systems count no names: 0.)
    let seen = file.metadata()?;
    if !seen.is_file() || system::names(&file, &seen)? > 1 {
        return Ok(None);
    }
    let identity = system::identity(&file, &seen)?;
    Ok(Some((file, identity, seen.len())))
}

/// A file that nobody else opens, under the first name that is free.
pub fn open_private(folder: &Path, end: &str) -> io::Result<(File, PathBuf)> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    let mut taken = ErrorKind::AlreadyExists.into();
    for n in 1..1000 {
        let path = folder.join(format!(".{n}{end}"));
        match options.open(&path) {
            Ok(file) => return Ok((file, path)),
            Err(e) if e.kind() == ErrorKind::AlreadyExists => taken = e,
            Err(e) => return Err(e),
        }
    }
    Err(taken)
}

/// Who may write into a file.
#[derive(Debug, PartialEq, Eq)]
pub enum Lock {
    /// This client alone.
    Ours,
    /// Another one.
    Theirs,
    /// Everybody: this file system has no locks (some of NFS and FUSE).
    Nobodys,
}

/// Locks the file against a second client.
pub fn lock(file: &File) -> Lock {
    match file.try_lock() {
        Ok(()) => Lock::Ours,
        Err(TryLockError::WouldBlock) => Lock::Theirs,
        Err(TryLockError::Error(_)) => Lock::Nobodys,
    }
}

/// Does the path still lead to the file that is open? Looks, and opens nothing.
pub fn leads_to(path: &Path, file: &File, identity: Identity) -> bool {
    let Ok(there) = path.symlink_metadata() else { return false };
    let is_same = |there| there == identity;
    // FUSE may give a file another number each time that somebody looks.
    let looks_alike = || {
        let open = file.metadata().ok()?;
        let same_time = there.modified().ok()? == open.modified().ok()?;
        Some(there.len() == open.len() && same_time)
    };
    there.is_file()
        && (system::identity_at(path, &there).is_ok_and(is_same)
            || system::reports_late(file) && looks_alike() == Some(true))
}
