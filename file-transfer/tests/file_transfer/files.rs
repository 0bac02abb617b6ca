//! What a program leaves in a folder.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::programs::until;

/// The files in a folder, by name.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let name_and_bytes = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().unwrap();
        match fs::read(entry.path()) {
            // A program that still runs has renamed it or removed it.
            Err(e) if e.kind() == ErrorKind::NotFound => None,
            read => Some((name, read.unwrap())),
        }
    };
    entries.filter_map(name_and_bytes).collect()
}

/// Waits until a file has grown to this length.
#[track_caller]
pub fn wait_for_length(path: &Path, length: usize) {
    until(|| fs::metadata(path).is_ok_and(|m| m.len() >= length as u64));
}
