//! Names that differ in capital letters alone: two files on Linux, and one on Windows and
//! on most Macs.

use std::ffi::OsString;
use std::path::Path;

use anyhow::{Result, bail};

/// Does a file lie here whose name this system takes for the same, although it is another
/// one? Saving would replace it, and nobody has asked for that.
pub fn check_capitals(folder: &Path, name: &str) -> Result<()> {
    if !folder.join(name).exists() {
        return Ok(()); // always on Linux, whatever the others are called
    }
    // A folder that nobody may list has no names to compare.
    let entries = folder.read_dir().into_iter().flatten().flatten();
    if let Some(other) = other_name(name, entries.map(|e| e.file_name())) {
        bail!(
            "{} lies in {}, and this system takes {name} for the same name; \
             move it away, or choose another folder with --dir",
            other.display(),
            folder.display()
        );
    }
    Ok(())
}

/// The one of these names that is `name` but for its capitals; `None` if `name` itself is
/// among them.
fn other_name(
    name: &str,
    there: impl Iterator<Item = OsString>,
) -> Option<OsString> {
    let small = name.to_lowercase();
    let alike = |there: &OsString| {
        there.to_str().is_some_and(|there| there.to_lowercase() == small)
    };
    let alike: Vec<OsString> = there.filter(alike).collect();
    if alike.iter().any(|there| there == name) {
        return None;
    }
    alike.into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn other(name: &str, there: &[&str]) -> Option<OsString> {
        other_name(name, there.iter().map(OsString::from))
    }

    #[test]
    fn a_name_that_differs_in_capitals_alone_is_another_file() {
        assert_eq!(other("A.txt", &["b", "a.txt"]), Some("a.txt".into()));
        assert_eq!(other("Ä.txt", &["ä.txt"]), Some("ä.txt".into()));
        assert_eq!(other("a.txt", &["b.txt", "a.txt2"]), None);
    }

    #[test]
    fn a_file_may_be_got_again() {
        assert_eq!(other("a.txt", &["a.txt"]), None);
        assert_eq!(other("a.txt", &["A.txt", "a.txt"]), None);
    }
}
