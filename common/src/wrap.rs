//! Words on lines that fit a terminal.

use unicode_width::UnicodeWidthStr; // width(): a Chinese character takes two columns

/// Puts words on lines of at most `width` columns: behind `first` on the first line,
/// behind `next` on the others. A word that is longer has a line of its own.
pub fn lines(
    first: &str,
    next: &str,
    words: impl IntoIterator<Item = impl AsRef<str>>,
    width: usize,
) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = first.to_string();
    let mut empty = first.trim().is_empty(); // has the line no word yet?
    for word in words {
        let word = word.as_ref();
        if !empty && line.width() + 1 + word.width() > width {
            lines.push(line);
            line = next.to_string();
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line += word;
        empty = false;
    }
    lines.push(line);
    lines
}

/// A paragraph on lines of at most `width` columns, each behind `indent`.
pub fn paragraph(indent: &str, text: &str, width: usize) -> Vec<String> {
    lines(indent, indent, text.split_whitespace(), width)
}
