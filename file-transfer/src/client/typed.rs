//! Names as `list` shows them, and as they are typed: what is shown can be typed back.

use common::printable::printable;

/// A name for a person: in quotes where it would not be understood without them, because
/// of a space at its start or its end, or of a character that cannot be seen.
pub fn shown(name: &str) -> String {
    let visible = printable(name.as_bytes());
    if visible == name && name.trim() == name {
        return visible;
    }
    format!("\"{visible}\"")
}

/// The name that somebody means who has typed this: without quotes, and `\u{202e}` is one
/// character. (No file's name has a quote or a backslash: Windows refuses them.)
pub fn meant(typed: &str) -> String {
    let typed = typed.trim();
    let inside = typed.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
    let typed = inside.unwrap_or(typed);
    let decoded = |part: &str| {
        let (code, rest) = part.split_once('}')?;
        let c = char::from_u32(u32::from_str_radix(code, 16).ok()?)?;
        Some(format!("{c}{rest}"))
    };
    let mut parts = typed.split(r"\u{");
    let start = parts.next().unwrap_or_default().to_string();
    parts
        .try_fold(start, |name, part| Some(name + &decoded(part)?))
        .unwrap_or(typed.into())
}
