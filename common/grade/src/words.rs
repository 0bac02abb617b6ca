//! Small pieces of the sentences in a report.

use common::printable::printable;

/// A number and its noun: `1 byte`, `2 bytes`.
pub fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// Bytes as text for human eyes, cut after 200 characters.
pub fn shortened(bytes: &[u8]) -> String {
    let mut text = printable(bytes);
    if let Some((end, _)) = text.char_indices().nth(200) {
        text.replace_range(end.., "...");
    }
    text
}

/// Text in lines of at most 70 columns.
pub fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < 70 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.into()),
        }
    }
    lines
}
