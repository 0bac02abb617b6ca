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

/// Asserts that these files are in a folder, and nothing else. Their bytes are not shown
/// when they differ: there can be many.
#[track_caller]
pub fn assert_holds(folder: &Path, wanted: &[(&str, &[u8])]) {
    let there = files(folder);
    let mut names: Vec<&str> = wanted.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    assert_eq!(there.keys().map(String::as_str).collect::<Vec<_>>(), names);
    for (name, bytes) in wanted {
        assert!(there[*name] == *bytes, "{name} has other bytes");
    }
}

/// Waits until a file has grown to this length.
#[track_caller]
pub fn wait_for_length(path: &Path, length: usize) {
    until(|| fs::metadata(path).is_ok_and(|m| m.len() >= length as u64));
}
