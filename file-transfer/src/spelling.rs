//! Two spellings of one name: small letters and capitals, and the two ways in which
//! Unicode writes é (one character, or an e and its accent).
//!
//! Linux keeps them apart. Windows, most Macs and a USB stick take both for one file.

use std::path::Path;

use unicode_normalization::UnicodeNormalization;

/// The file of this folder whose name is `name` in another spelling; `None` as well where
/// `name` itself is there.
pub fn other_spelling(folder: &Path, name: &str) -> Option<String> {
    let wanted = folded(name);
    let mut other = None;
    for entry in folder.read_dir().ok()?.flatten() {
        match entry.file_name().into_string() {
            Ok(there) if there == name => return None,
            Ok(there) if folded(&there) == wanted => other = Some(there),
            _ => {}
        }
    }
    other
}

/// The name of the file that this system opens as `name`, where it is another spelling.
pub fn taken_for(folder: &Path, name: &str) -> Option<String> {
    let respelled = folder.join(respelled(name)?);
    // Most folders keep the two apart: then nothing is there, and this was all.
    respelled.symlink_metadata().ok()?;
    other_spelling(folder, name)
}

fn folded(name: &str) -> String {
    name.to_lowercase().nfc().collect()
}

/// The same name in another spelling, if it has one.
fn respelled(name: &str) -> Option<String> {
    let spellings: [fn(&str) -> String; 4] = [
        str::to_ascii_uppercase,
        str::to_ascii_lowercase,
        |name| name.nfd().collect(),
        |name| name.nfc().collect(),
    ];
    spellings.iter().map(|spell| spell(name)).find(|other| other != name)
}
