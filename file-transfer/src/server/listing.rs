//! The listing: what lies in the shared folder and can be had. Nothing is opened for it.

use std::io::{self, ErrorKind};
use std::path::Path;

use anyhow::{Error, Result, anyhow, ensure};
use common::failure::reason;

use crate::names::check_name;
use crate::shortage::{self, MAX_LISTING};
use crate::wire::Entry;

#[derive(Default)]
pub struct Listing {
    /// The files, by name.
    pub entries: Vec<Entry>,
    /// What the log says of the others.
    pub notes: Vec<String>,
}

/// Looks at everything in this folder.
pub fn of(folder: &Path) -> Result<Listing> {
    let mut listing = Listing::default();
    let mut unnamed = 0;
    let failed = |e| cannot_open_folder(&e);
    for entry in folder.read_dir().map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let seen = match entry.metadata() {
            Ok(seen) => seen,
            // A file that somebody has deleted since.
            Err(e) if e.kind() == ErrorKind::NotFound => continue,
            // Nothing is wrong with the file: to leave it out would be a wrong answer.
            Err(e) if shortage::remedy(&e).is_some() => return Err(failed(e)),
            Err(e) => {
                let why = reason(&e);
                let note = format!(
                    "{name:?} is not listed: cannot look at it ({why})"
                );
                listing.notes.push(note);
                continue;
            }
        };
        if !seen.is_file() {
            continue; // a folder, a link, a pipe
        }
        // JSON is Unicode; a name that is not cannot be asked for.
        let name = name.into_string().ok();
        let Some(filename) = name.filter(|name| check_name(name).is_ok())
        else {
            unnamed += 1;
            continue;
        };
        listing.entries.push(Entry { filename, file_size: seen.len() });
        let files = listing.entries.len() as u64;
        ensure!(files <= MAX_LISTING, "too many files to list");
    }
    if unnamed > 0 {
        let (files, are, their) = match unnamed {
            1 => ("file", "is", "its name works"),
            _ => ("files", "are", "their names work"),
        };
        listing.notes.push(format!(
            "{unnamed} {files} {are} not listed: {their} on this system only"
        ));
    }
    listing.entries.sort_by(|a, b| a.filename.cmp(&b.filename));
    Ok(listing)
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
