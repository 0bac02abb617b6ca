//! The listing: what lies in the shared folder and can be had. Nothing is opened for it.

use std::io::{self, ErrorKind};
use std::path::Path;

use anyhow::{Error, Result, anyhow, ensure};
use common::failure::reason;

use crate::names::check_name;
use crate::shortage::{self, MAX_LISTING};
use crate::wire::Entry;

/// Looks at everything in this folder. What is a file, and not one for others, is counted
/// in the log.
pub fn of(folder: &Path, log: impl Fn(String)) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    let (mut left_out, mut last) = (0, String::new());
    let failed = |e| cannot_open_folder(&e);
    for entry in folder.read_dir().map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let why = match entry.metadata() {
            // A folder, a link, a pipe.
            Ok(seen) if !seen.is_file() => continue,
            Ok(seen) => {
                // JSON is Unicode; a name that is not cannot be asked for.
                if let Some(name) = name.to_str()
                    && check_name(name).is_ok()
                {
                    let (filename, file_size) = (name.into(), seen.len());
                    entries.push(Entry { filename, file_size });
                    let files = entries.len() as u64;
                    ensure!(files <= MAX_LISTING, "too many files to list");
                    continue;
                }
                "its name works on this system only".into()
            }
            // A file that somebody has deleted since.
            Err(e) if e.kind() == ErrorKind::NotFound => continue,
            // Nothing is wrong with the file: to leave it out would be a wrong answer.
            Err(e) if shortage::remedy(&e).is_some() => return Err(failed(e)),
            Err(e) => format!("cannot look at it: {}", reason(&e)),
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

/// Why the folder cannot be read or entered, in words for the client.
pub fn cannot_open_folder(e: &io::Error) -> Error {
    let why = reason(e);
    match shortage::remedy(e) {
        Some(remedy) => anyhow!(
            "cannot open the shared folder ({why}); on the server: {remedy}"
        ),
        None => anyhow!("cannot open the shared folder ({why})"),
    }
}
