//! The folder that files are downloaded to: what can be saved there, and whose fault it
//! is when something cannot.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail, ensure};
use common::failure::{Failure, reason};

use crate::names::check_name;
use crate::shortage;
use crate::spelling::taken_for;

/// What the name of a download ends in that is not whole yet.
///
/// It stays when the download is cut, by Ctrl-C or by the network, and the next `get`
/// goes on from there.
pub const UNFINISHED: &str = ".unfinished";

pub const ANOTHER: &str = "choose another folder with --dir";

/// Where the file lies until it is whole.
pub fn unfinished(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}{UNFINISHED}"))
}

/// Can a file be saved here under this name? Is there an earlier one?
pub fn check(folder: &Path, name: &str) -> Result<bool> {
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
    let finished = folder.join(name);
    let Ok(there) = finished.symlink_metadata() else { return Ok(false) };
    if there.is_dir() {
        bail!(in_the_way(&finished, "it is a folder"));
    }
    // Saving would replace the other file, and nobody has asked for that.
    if let Some(other) = taken_for(folder, name) {
        let why = format!("this system takes {name} for the same name");
        bail!(in_the_way(&folder.join(other), &why));
    }
    Ok(true)
}

/// Is nothing here of this file yet?
pub fn is_new(folder: &Path, name: &str) -> bool {
    let there = unfinished(folder, name).try_exists();
    check_name(name).is_ok() && matches!(there, Ok(false))
}

/// Whose fault is it: the system's, the folder's, or that of something that lies there?
pub fn cannot_open(folder: &Path, name: &str, e: &io::Error) -> Failure {
    let path = unfinished(folder, name);
    let remedy = match (shortage::remedy(e), path.symlink_metadata()) {
        (Some(helps), _) => format!("{helps}, or {ANOTHER}"),
        (None, Err(_)) => ANOTHER.into(),
        (None, Ok(there)) if there.is_symlink() => {
            return in_the_way(&path, "it is a link");
        }
        (None, Ok(_)) => return in_the_way(&path, &reason(e)),
    };
    let what = format!("cannot write into {}", folder.display());
    Failure::new(what, reason(e), remedy)
}

pub fn in_the_way(path: &Path, why: &str) -> Failure {
    let what = format!("{} is in the way", path.display());
    Failure::new(what, why, format!("move it away, or {ANOTHER}"))
}
