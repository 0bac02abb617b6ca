//! Two spellings of one name: small letters and capitals, and the two ways in which
//! Unicode writes é (one character, or an e and its accent).
//!
//! Linux keeps them apart. Windows, most Macs and a USB stick take both for one file.

use std::path::Path;

use unicode_normalization::UnicodeNormalization;

/// The file of this folder whose name is `name` in another spelling; `None` as well where
/// `name` itself is there.
pub fn other_spelling(folder: &Path, name: &str) -> Option<String> {
    let folded = |name: &str| name.to_lowercase().nfc().collect::<String>();
    let entries = folder.read_dir().ok()?.flatten();
    let names = entries.flat_map(|entry| entry.file_name().into_string());
    let same = names.filter(|there| folded(there) == folded(name));
    same.max_by_key(|there| there == name).filter(|there| there != name)
}

/// The name of the file that this system opens as `name`, where it is another spelling.
pub fn taken_for(folder: &Path, name: &str) -> Option<String> {
    let spellings = [
        name.to_ascii_uppercase(),
        name.to_ascii_lowercase(),
        name.nfd().collect(),
        name.nfc().collect(),
    ];
    let other = spellings.into_iter().find(|other| other != name)?;
    // Most folders keep the two apart: then nothing is there, and this was all.
    folder.join(other).symlink_metadata().ok()?;
    other_spelling(folder, name)
}
