//! The folder that files are downloaded to. Its unfinished files are opened in such a way
//! that no other file is written to, and nobody waits, whatever lies there.

use std::cell::OnceCell;
use std::fs::{self, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result, anyhow, bail, ensure};
use common::failure::{Failure, reason};

use crate::client::unfinished::{UNFINISHED, Unfinished};
use crate::names::check_name;
use crate::spelling::taken_for;
use crate::{shortage, system};

const ANOTHER: &str = "choose another folder with --dir";

/// Nothing is there, perhaps not even the folder.
const MISSING: [ErrorKind; 2] = [ErrorKind::NotFound, ErrorKind::NotADirectory];

/// How often another client may finish this very file between our open and our lock.
const TRIES: usize = 3;

pub struct Folder {
    path: PathBuf,
    /// Is it on a file system that writes elsewhere? Known from the first file on.
    late: OnceCell<bool>,
}

impl Folder {
    pub fn new(path: PathBuf) -> Self {
        Self { path, late: OnceCell::new() }
    }

    /// Where a whole file lies.
    pub fn finished(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    fn unfinished(&self, name: &str) -> PathBuf {
        self.path.join(format!("{name}{UNFINISHED}"))
    }

    /// Can a file be saved here under this name? Is there an earlier one?
    pub fn check(&self, name: &str) -> Result<bool> {
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
        let finished = self.finished(name);
        let Ok(there) = finished.symlink_metadata() else { return Ok(false) };
        ensure!(
            !there.is_dir(),
            "{} is a folder; move it away, or choose another with --dir",
            finished.display()
        );
        // Saving would replace the other file, and nobody has asked for that.
        if let Some(other) = taken_for(&self.path, name) {
            bail!(
                "{other} lies in {}, and this system takes {name} for the same \
                 name; move it away, or {ANOTHER}",
                self.path.display()
            );
        }
        Ok(true)
    }

    /// Is nothing here of this file yet?
    pub fn is_new(&self, name: &str) -> bool {
        let there = || self.unfinished(name).symlink_metadata();
        check_name(name).is_ok()
            && there().is_err_and(|e| e.kind() == ErrorKind::NotFound)
    }

    /// Opens what is here of this file; `None` where nothing is that one can go on with.
    pub fn open(&self, name: &str) -> Result<Option<Unfinished>> {
        self.open_or_create(name, false)
    }

    /// Begins with an empty file.
    pub fn create(&self, name: &str) -> Result<Unfinished> {
        let created = match self.open_or_create(name, true)? {
            Some(created) => Some(created),
            None => {
                fs::create_dir_all(&self.path).map_err(|e| {
                    let folder = self.path.display();
                    let what = format!("cannot create the folder {folder}");
                    Failure::new(what, reason(&e), "choose another with --dir")
                })?;
                self.open_or_create(name, true)?
            }
        };
        let mut created = created.context("somebody has removed the folder")?;
        created.truncate(0)?; // another client may have begun since we looked
        Ok(created)
    }

    /// `None` where there is no file, or for a new one no folder.
    fn open_or_create(
        &self,
        name: &str,
        create: bool,
    ) -> Result<Option<Unfinished>> {
        let path = self.unfinished(name);
        let failed = |e| self.cannot_open(name, &path, &e);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(create).truncate(false);
        system::follow_no_link(&mut options);
        let mut late = false;
        for _ in 0..TRIES {
            let file = match options.open(&path) {
                Ok(file) => file,
                Err(e) if MISSING.contains(&e.kind()) => return Ok(None),
                Err(e) => return Err(failed(e)),
            };
            let lock = file.try_lock();
            late = *self.late.get_or_init(|| system::reports_late(&file));
            let here = Unfinished::new(file, &path, late)?;
            // Look at what is open: what was seen there before may have been replaced. A
            // file with a second name (a hard link) may be anybody's: the bytes that we
            // write would be in it under that name, too. (FUSE may count no name at all.)
            if !here.seen.is_file()
                || system::names(&here.file, &here.seen)? > 1
            {
                return Err(in_the_way(&path));
            }
            match lock {
                Ok(()) if here.is_there() => return Ok(Some(here)),
                // The other client has finished between our open and our lock, and has
                // renamed what we have open. Then it is not ours: open once more.
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => bail!(
                    "another client is downloading {name} into {}; wait for it, \
                     or {ANOTHER}",
                    self.path.display()
                ),
                Err(TryLockError::Error(_)) if here.len == 0 => {
                    let _ = fs::remove_file(&path);
                    break; // no locks here (some of NFS and FUSE have none)
                }
                Err(TryLockError::Error(_)) => break,
            }
        }
        // Without locks, or where nothing tells one file from another, two clients would
        // write into one file.
        let private = || Unfinished::private(&path, late).map_err(failed);
        create.then(private).transpose()
    }

    /// Whose fault is it: the name's, the system's, the folder's, or that of something
    /// that lies there?
    fn cannot_open(&self, name: &str, path: &Path, e: &io::Error) -> Error {
        let folder = self.path.display();
        let into_folder = format!("cannot write into {folder}");
        let (what, remedy) = match (e.kind(), shortage::remedy(e)) {
            (ErrorKind::InvalidFilename | ErrorKind::InvalidInput, _) => (
                format!("{name} cannot be the name of a file in {folder}"),
                "give the file another name on the server".into(),
            ),
            (_, Some(helps)) => (into_folder, format!("{helps}, or {ANOTHER}")),
            _ if path.symlink_metadata().is_err() => {
                (into_folder, ANOTHER.into())
            }
            (ErrorKind::PermissionDenied, _) => (
                format!("cannot write into {}", path.display()),
                format!("remove it, or {ANOTHER}"),
            ),
            _ => return in_the_way(path), // a folder, a link, a socket
        };
        Failure::new(what, reason(e), remedy).into()
    }
}

fn in_the_way(path: &Path) -> Error {
    anyhow!("{} is in the way; remove it", path.display())
}
