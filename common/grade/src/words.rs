//! Small pieces of the sentences in a report, which fits into 80 columns.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

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
    format!("{}...", &text[..fitting(&text, columns - 4)])
}

/// How much of a text fits into so many columns.
fn fitting(text: &str, columns: usize) -> usize {
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    let fits = ends.take_while(|end| text[..*end].width() <= columns);
    fits.last().unwrap_or(0)
}

/// Runs somebody's code; the error is what it has said when it panicked.
pub fn caught<T>(code: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(code)).map_err(|panic| of_panic(&*panic))
}

/// What somebody's code has said when it panicked.
pub fn of_panic(panic: &(dyn Any + Send)) -> String {
    let words = panic.downcast_ref::<String>().map(String::as_str);
    let words = words.or_else(|| panic.downcast_ref::<&str>().copied());
    format!("It panicked: {}", words.unwrap_or("it says nothing"))
}

/// Text in lines that are not too long, those of one long word included.
pub fn wrapped(text: &str) -> Vec<String> {
    let lines = paragraph("", text, WIDE);
    let rows = lines.into_iter().flat_map(|line| rows(line, WIDE));
    rows.filter(|row| !row.is_empty()).collect()
}

/// A line in as many rows as it takes.
pub fn rows(mut line: String, columns: usize) -> Vec<String> {
    let mut rows = Vec::new();
    while line.width() > columns {
        let rest = line.split_off(fitting(&line, columns));
        rows.push(std::mem::replace(&mut line, rest));
    }
    rows.push(line);
    rows
}
