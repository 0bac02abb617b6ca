//! Two spellings of one name: small letters and capitals, and the two ways in which
//! Unicode writes é (one character, or an e and its accent).
//!
//! Linux keeps them apart. Windows, most Macs and a USB stick take both for one file.

use std::collections::BTreeSet;
use std::path::Path;

use unicode_normalization::UnicodeNormalization;

/// The file of this folder whose name is `name` in another spelling; `None` as well where
/// `name` itself is there.
pub fn other_spelling(folder: &Path, name: &str) -> Option<String> {
    // In capitals: ς and σ have the same one, and so have ß and ss.
    let folded = |name: &str| name.to_uppercase().nfc().collect::<String>();
    let wanted = folded(name);
    let entries = folder.read_dir().ok()?.flatten();
    let names = entries.flat_map(|entry| entry.file_name().into_string());
    let same = names.filter(|there| folded(there) == wanted);
    same.max_by_key(|there| there == name).filter(|there| there != name)
}

/// The name of the file that this system opens as `name`, where it is another spelling.
pub fn taken_for(folder: &Path, name: &str) -> Option<String> {
    // Some systems fold the letters of English alone, and some fold no letters at all.
    let mut spellings = BTreeSet::from([
        name.to_ascii_uppercase(),
        name.to_ascii_lowercase(),
        name.to_uppercase(),
        name.to_lowercase(),
        name.nfd().collect(),
        name.nfc().collect(),
    ]);
    spellings.remove(name);
    // Most folders keep them apart: then nothing is there, and this was all.
    let is_there = |other| folder.join(other).symlink_metadata().is_ok();
    spellings.iter().any(is_there).then(|| other_spelling(folder, name))?
}
