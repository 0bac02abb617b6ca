//! What a program leaves in a folder.

use std::fs;
use std::path::Path;

use crate::programs::until;

/// The files in a folder, by name.
pub fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        files.push((name, fs::read(entry.path()).unwrap()));
    }
    files.sort();
    files
}

/// A file, as [`files`] lists it.
pub fn a_file(name: &str, bytes: &[u8]) -> (String, Vec<u8>) {
    (name.into(), bytes.to_vec())
}

/// Asserts that these files are in a folder, and nothing else. Their bytes are not shown
/// when they differ: there can be many.
#[track_caller]
pub fn assert_holds(folder: &Path, wanted: &[(&str, &[u8])]) {
    let there = files(folder);
    let names: Vec<&str> =
        there.iter().map(|(name, _)| name.as_str()).collect();
    let wanted_names: Vec<&str> =
        wanted.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, wanted_names);
    for ((name, got), (_, wanted)) in there.iter().zip(wanted) {
        assert!(got == wanted, "{name} has other bytes");
    }
}

/// Waits until a file has grown to this length.
#[track_caller]
pub fn wait_for_length(path: &Path, length: usize) {
    until(|| fs::metadata(path).is_ok_and(|m| m.len() >= length as u64));
}
