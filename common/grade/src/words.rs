//! Small pieces of the sentences in a report, which fits into 80 columns.

use std::any::Any;

use common::printable::printable;
use common::wrap::paragraph;
use unicode_width::UnicodeWidthStr;

/// What a line of a report holds beside its nine columns of indentation.
pub const WIDE: usize = 71;

/// A number and its noun: `1 byte`, `2 bytes`.
pub fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// Bytes as text for human eyes, cut to this many columns.
pub fn shortened(bytes: &[u8], columns: usize) -> String {
    let text = printable(bytes);
    if text.width() <= columns {
        return text;
    }
    let mut short = String::new();
    for character in text.chars() {
        if short.width() + 5 > columns {
            break;
        }
        short.push(character);
    }
    short + "..."
}

/// What somebody's code has said when it panicked.
pub fn of_panic(panic: &(dyn Any + Send)) -> String {
    let words = panic.downcast_ref::<String>().map(String::as_str);
    let words = words.or_else(|| panic.downcast_ref::<&str>().copied());
    format!("It panicked: {}", words.unwrap_or("it says nothing"))
}

/// Text in lines that are not too long, those of one long word included.
pub fn wrapped(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let all =
        if text.is_empty() { Vec::new() } else { paragraph("", text, WIDE) };
    for mut line in all {
        while line.width() > WIDE {
            let fits = |(end, _): &(usize, char)| line[..*end].width() < WIDE;
            let end = line.char_indices().take_while(fits).count();
            let end =
                line.char_indices().nth(end.max(1)).map_or(0, |(at, _)| at);
            let rest = line.split_off(end);
            lines.push(std::mem::replace(&mut line, rest));
        }
        lines.push(line);
    }
    lines
}
