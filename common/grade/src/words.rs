//! Small pieces of the sentences in a report.

use common::printable::printable;
use common::wrap::paragraph;

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
    paragraph("", text, 70)
}
