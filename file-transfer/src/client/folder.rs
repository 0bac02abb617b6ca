//! The folder that files are downloaded to: made when the first one needs it, and removed
//! again when nothing was saved in it.

use std::fs;
use std::path::{Path, PathBuf};

use common::failure::{Failure, reason};

use crate::made::Made;

pub struct Folder {
    path: PathBuf,
    /// It and the folders around it, as far as they were made, the outermost first.
    made: Vec<Made>,
}

impl Folder {
    pub fn new(path: PathBuf) -> Self {
        Self { path, made: Vec::new() }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the folder, and those around it that are missing.
    pub fn make(&mut self) -> Result<(), Failure> {
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
}

impl Drop for Folder {
    fn drop(&mut self) {
        while self.made.pop().is_some() {} // the innermost first
    }
}
