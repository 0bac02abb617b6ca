//! The shared folder: which names a peer may ask for, and which files they open.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use cap_std::ambient_authority;
use cap_std::fs::Dir;

use crate::wire::{Entry, MAX_LISTING};

/// Accepts the name of a file, and nothing that could mean any other place.
///
/// The rules of Windows hold everywhere: the two ends may run on different systems, and
/// a name must not be harmless here and harmful there.
pub fn check_name(name: &str) -> Result<()> {
    let reason = if name.is_empty() {
        "it is empty"
    } else if name.len() > 255 {
        "it is longer than the 255 bytes that a file's name can have"
    } else if name == "." || name == ".." {
        "it is a folder"
    } else if name.contains(['/', '\\']) {
        "it leads into another folder"
    } else if name.contains(':') {
        "a colon names a drive or a hidden stream on Windows"
    } else if name.contains(char::is_control) {
        "it contains control characters"
    } else if name.ends_with(['.', ' ']) {
        "Windows drops a dot or a space at its end, and opens another file"
    } else if is_device(name) {
        "it is a device on Windows"
    } else {
        return Ok(());
    };
    let start: String = name.chars().take(40).collect();
    bail!("{start:?} cannot be the name of a shared file: {reason}")
}

/// NUL, COM1 and their like are devices on Windows, whatever follows the first dot.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end();
    let stem = stem.to_ascii_uppercase();
    let number = stem.strip_prefix("COM").or(stem.strip_prefix("LPT"));
    let mut number = number.unwrap_or_default().chars();
    let digit = number.next().is_some_and(|c| "0123456789¹²³".contains(c));
    let plain = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];
    plain.contains(&stem.as_str()) || digit && number.next().is_none()
}

/// The folder to share, by the path that leads there without links.
pub fn folder(path: &Path) -> Result<PathBuf> {
    let folder = path.canonicalize().ok().filter(|path| path.is_dir());
    folder.with_context(|| {
        let path = path.display();
        format!("{path} is not a folder; choose the one to share with --dir")
    })
}

/// Opens a file of that folder; returns it with the path it was found at.
pub fn open(folder: &Path, name: &str) -> Result<(File, PathBuf)> {
    check_name(name)?;
    let failed = |e: io::Error| match e.kind() {
        ErrorKind::NotFound => anyhow!("no such file: {name}"),
        ErrorKind::PermissionDenied => anyhow!("not permitted to read: {name}"),
        _ => anyhow!("cannot read {name}: {e}"),
    };

    let dir = Dir::open_ambient_dir(folder, ambient_authority())
        .context("cannot open the shared folder")?;

    // Where does the name lead, once every link on the way has been followed?
    let path = folder.join(name).canonicalize().map_err(failed)?;
    let inside = path
        .strip_prefix(folder)
        .with_context(|| format!("{name} leads out of the shared folder"))?;

    // Dir refuses to leave the folder, even if somebody swaps a link for the
    // file after we have looked. Opening a pipe would wait for a writer, so
    // look what it is before opening it. No link is left in this path: one
    // that is there now is such a swap, and no file.
    let kind = dir.symlink_metadata(inside).map_err(failed)?;
    ensure!(kind.is_file(), "not a file: {name}");
    let file = dir.open(inside).map_err(failed)?;
    Ok((file.into_std(), path))
}

/// The files that [`open`] would open, by name.
pub fn list(folder: &Path) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for file in folder.read_dir().context("cannot open the shared folder")? {
        // JSON is Unicode; a name that is not cannot be asked for.
        let Ok(filename) = file?.file_name().into_string() else {
            continue;
        };
        // A file that has been deleted meanwhile, a folder, a link that leads
        // out: not to be had, so not to be listed.
        if let Ok((file, _)) = open(folder, &filename) {
            let file_size = file.metadata()?.len();
            entries.push(Entry { filename, file_size });
        }
        ensure!(entries.len() as u64 <= MAX_LISTING, "too many files to list");
    }
    entries.sort_by(|a, b| a.filename.cmp(&b.filename));
    Ok(entries)
}
