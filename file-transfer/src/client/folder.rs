//! The folder that files are downloaded to: made when the first one needs it, and removed
//! again when nothing was saved in it.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Error, Result, anyhow, bail, ensure};
use common::failure::{Failure, reason};

use crate::client::unfinished::{self, NotOpened, UNFINISHED, Unfinished};
use crate::made::Made;
use crate::names::check_name;
use crate::shortage;
use crate::spelling::taken_for;
use crate::system::reports_late;

const ANOTHER: &str = "choose another folder with --dir";

pub struct Folder {
    path: PathBuf,
    /// It and the folders around it, as far as they were made, the outermost first.
    made: Vec<Made>,
    /// Is it on a file system that reports late? Known from the first file on.
    late: Option<bool>,
}

impl Folder {
    pub fn new(path: PathBuf) -> Self {
        Self { path, made: Vec::new(), late: None }
    }

    pub fn path(&self) -> &Path {
        &self.path
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
        let finished = self.path.join(name);
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

    /// Opens the unfinished file of this name.
    pub fn open(&mut self, name: &str) -> Result<Unfinished> {
        let path = self.path.join(format!("{name}{UNFINISHED}"));
        let missing = [ErrorKind::NotFound, ErrorKind::NotADirectory];
        let opened = match unfinished::open(&path) {
            Err(NotOpened::Failed(e)) if missing.contains(&e.kind()) => {
                self.make()?;
                unfinished::open(&path)
            }
            opened => opened,
        };
        opened.map_err(|e| match e {
            NotOpened::InTheWay => in_the_way(&path),
            NotOpened::Locked => anyhow!(
                "another client is downloading {name} into {}; wait for it, or \
                 {ANOTHER}",
                self.path.display()
            ),
            NotOpened::Failed(e) => self.cannot_open(name, &path, &e),
        })
    }

    /// Does its file system find out only in the end that it has no room?
    pub fn reports_late(&mut self, file: &File) -> bool {
        *self.late.get_or_insert_with(|| reports_late(file))
    }

    fn make(&mut self) -> Result<()> {
        let around = self.path.ancestors();
        let missing = around.take_while(|path| {
            !path.as_os_str().is_empty() && path.symlink_metadata().is_err()
        });
        let missing: Vec<_> = missing.map(Path::to_path_buf).collect();
        fs::create_dir_all(&self.path).map_err(|e| {
            let what =
                format!("cannot create the folder {}", self.path.display());
            Failure::new(what, reason(&e), "choose another with --dir")
        })?;
        // Only where it is empty can a folder be removed.
        let made = |path| Made::new(path, |path| fs::remove_dir(path));
        self.made.extend(missing.into_iter().rev().map(made));
        Ok(())
    }

    /// Whose fault is it: the name's, the system's, the folder's, or that of something
    /// that lies there?
    fn cannot_open(&self, name: &str, path: &Path, e: &io::Error) -> Error {
        let folder = self.path.display();
        let (mut what, mut remedy) =
            (format!("cannot write into {folder}"), ANOTHER.to_string());
        match (e.kind(), shortage::remedy(e)) {
            (ErrorKind::InvalidFilename | ErrorKind::InvalidInput, _) => {
                what =
                    format!("{name} cannot be the name of a file in {folder}");
                remedy = "give the file another name on the server".into();
            }
            (_, Some(helps)) => remedy = format!("{helps}, or {ANOTHER}"),
            _ if path.symlink_metadata().is_err() => {}
            (ErrorKind::PermissionDenied, _) => {
                what = format!("cannot write into {}", path.display());
                remedy = format!("remove it, or {ANOTHER}");
            }
            _ => return in_the_way(path), // a folder, a socket
        }
        Failure::new(what, reason(e), remedy).into()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        while self.made.pop().is_some() {} // the innermost first
    }
}

fn in_the_way(path: &Path) -> Error {
    anyhow!("{} is in the way; remove it", path.display())
}
