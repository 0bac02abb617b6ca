//! The listing: what lies in the shared folder and can be had. Nothing is opened for it.

use std::io::{self, ErrorKind};
use std::path::Path;

use anyhow::{Error, Result, ensure};
use common::failure::reason;

use crate::names::check_name;
use crate::shortage::{MAX_LISTING, remedy, server_error};
use crate::wire::Entry;

fn failed(e: io::Error) -> Error {
    server_error("cannot open the shared folder", &e)
}

/// Is the folder there, and may it be entered? It can be read and not entered, too: then
/// nothing in it can be looked at.
pub fn enter(folder: &Path) -> Result<()> {
    folder.join(".").symlink_metadata().map_err(failed)?;
    Ok(())
}

/// Looks at everything in this folder. What is a file, and not one for others, is counted
/// in the log.
pub fn of(folder: &Path, log: impl Fn(String)) -> Result<Vec<Entry>> {
    enter(folder)?;
    let mut entries = Vec::new();
    let (mut left_out, mut last) = (0, String::new());
    for entry in folder.read_dir().map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let why = match (entry.metadata(), name.to_str()) {
            // A folder, a link, a pipe.
            (Ok(seen), _) if !seen.is_file() => continue,
            (Ok(seen), Some(name)) if check_name(name).is_ok() => {
                let (filename, file_size) = (name.into(), seen.len());
                entries.push(Entry { filename, file_size });
                let files = entries.len() as u64;
                ensure!(files <= MAX_LISTING, "too many files to list");
                continue;
            }
            // JSON is Unicode, for example; a name that is not cannot be asked for.
            (Ok(_), _) => "its name works on this system only".into(),
            // A file that somebody has deleted since.
            (Err(e), _) if e.kind() == ErrorKind::NotFound => continue,
            // Nothing is wrong with the file: to leave it out would be a wrong answer.
            (Err(e), _) if remedy(&e).is_some() => return Err(failed(e)),
            (Err(e), _) => format!("cannot look at it: {}", reason(&e)),
        };
        left_out += 1;
        last = format!("{name:?} ({why})");
    }
    if left_out > 0 {
        log(format!("not listed: {left_out}, the last of them {last}"));
    }
    entries.sort_by(|a, b| a.filename.cmp(&b.filename));
    Ok(entries)
}
