//! Bytes for human eyes: text as it is, and escaped what a terminal would obey.

/// Printable text as it is, all else escaped (`\n`, `\x1b`).
///
/// Never print a peer's bytes without it: a terminal obeys the escape codes in them.
pub fn printable(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                // Escaped in Rust source, harmless on a terminal.
                '\'' | '"' | '\\' => text.push(c),
                // As bytes, so that an escape is \x1b, as in the hex beside it.
                _ if c.is_ascii() => {
                    text.extend([c as u8].escape_ascii().map(char::from));
                }
                _ => text.extend(c.escape_debug()),
            }
        }
        text.push_str(&chunk.invalid().escape_ascii().to_string());
    }
    text
}
