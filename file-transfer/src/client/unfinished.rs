//! The unfinished file: opened in such a way that no other file is written to, and nobody
//! waits, whatever lies in the download folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::system;

/// What the name of a download ends in that is not whole yet.
///
/// It stays when the download is cut, by Ctrl-C or by the network, and the next `get`
/// goes on from there.
pub const UNFINISHED: &str = ".unfinished";

/// How often another client may finish this very file between our open and our lock.
const TRIES: usize = 3;

/// Which file on which disk.
pub type Identity = (u64, u64);

/// A file that this client alone writes to.
pub struct Unfinished {
    pub file: File,
    pub path: PathBuf,
    /// How many bytes are here.
    pub len: u64,
    /// `None`: nobody else opens it, so its path leads to it.
    pub shared: Option<Identity>,
}

/// Why a file was not opened.
pub enum NotOpened {
    /// Something else has its name.
    InTheWay,
    /// Another client writes to it.
    Locked,
    Failed(io::Error),
}

impl From<io::Error> for NotOpened {
    fn from(e: io::Error) -> Self {
        if system::was_a_link(&e) { Self::InTheWay } else { Self::Failed(e) }
    }
}

/// Opens the file, or creates it.
pub fn open(path: &Path) -> Result<Unfinished, NotOpened> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    system::follow_no_link(&mut options);
    for _ in 0..TRIES {
        let file = options.open(path)?;
        // Look at what is open: what was seen there before may have been replaced. A
        // file with a second name (a hard link) may be anybody's: the bytes that we
        // write would be in it under that name, too. (FUSE may count no name at all.)
        let seen = file.metadata()?;
        if !seen.is_file() || system::names(&file, &seen)? > 1 {
            return Err(NotOpened::InTheWay);
        }
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(NotOpened::Locked),
            Err(TryLockError::Error(_)) => {
                let _ = remove_if_empty(path);
                break; // no locks here (some of NFS and FUSE have none)
            }
        }
        // The other client may have finished between our open and our lock, and have
        // renamed what we have open. Then it is not ours: open once more.
        let identity = system::identity(&file, &seen)?;
        if leads_to(path, &file, identity) {
            let (path, shared) = (path.to_path_buf(), Some(identity));
            return Ok(Unfinished { file, path, len: seen.len(), shared });
        }
    }
    // Without locks, or where nothing tells one file from another, two clients would
    // write into one file.
    Ok(private(path)?)
}

/// A file under a name that was free, and that nobody else opens.
fn private(beside: &Path) -> io::Result<Unfinished> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    let mut n = 1;
    loop {
        let path = beside.with_file_name(format!(".{n}{UNFINISHED}"));
        match options.open(&path) {
            Ok(file) => {
                return Ok(Unfinished { file, path, len: 0, shared: None });
            }
            Err(e) if e.kind() == ErrorKind::AlreadyExists && n < 1000 => {
                n += 1
            }
            Err(e) => return Err(e),
        }
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

/// Nothing is left of a download that has not received a byte.
pub fn remove_if_empty(path: &Path) -> io::Result<()> {
    let there = path.symlink_metadata()?;
    if there.is_file() && there.len() == 0 {
        std::fs::remove_file(path)?;
    }
    Ok(())
}
