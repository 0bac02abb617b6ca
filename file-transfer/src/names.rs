//! Which names a file may have. Both ends ask here before they touch a file.

use anyhow::{Result, bail};

/// Accepts the name of a file, and nothing that could mean any other place.
///
/// The rules of Windows hold everywhere: the two ends may run on different systems, and
/// a name that is harmless on one must not be harmful on the other.
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
    } else if name.contains(['?', '<', '>', '|', '*', '"']) {
        r#"a name on Windows has no ? < > | * or ""#
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

/// NUL, COM1 and so on are devices on Windows, not files; so is NUL.txt.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end();
    let stem = stem.to_ascii_uppercase();
    // COM and LPT have one digit behind them; Windows takes ¹, ² and ³ for digits, too.
    match stem.strip_suffix(|c| "0123456789¹²³".contains(c)) {
        Some(stem) => ["COM", "LPT"].contains(&stem),
        None => ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"]
            .contains(&stem.as_str()),
    }
}
