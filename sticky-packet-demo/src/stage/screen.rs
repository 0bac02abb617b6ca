//! What fits on a line: paragraphs and lists, as wide as the terminal.

use std::io;
use std::iter;

use anstyle::AnsiColor;
use common::output::{StdoutError, bytes, print};
use common::printable::printable;
use common::wrap::{lines, paragraph};
use terminal_size::{Width, terminal_size_of};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr; // width(): a Chinese character takes two columns

/// How long a line is where nothing says so: in a file, or in a pipe.
const USUAL: usize = 80;

/// Longer lines of text are hard to read, however wide the terminal is.
const TEXT: usize = 78;

/// How many columns a line on stdout has.
pub fn width() -> usize {
    let size = terminal_size_of(io::stdout());
    size.map_or(USUAL, |(Width(columns), _)| usize::from(columns).max(20))
}

/// Prints a paragraph, each of its lines indented.
pub fn print_text(indent: &str, text: &str) -> Result<(), StdoutError> {
    paragraph(indent, text, width().min(TEXT)).into_iter().try_for_each(print)
}

/// Prints a heading, as prominent as the terminal allows.
pub fn print_title(text: &str) -> Result<(), StdoutError> {
    let style = AnsiColor::Cyan.on_default().bold();
    for line in lines("", "  ", text.split_whitespace(), width()) {
        print(format!("{style}{line}{style:#}"))?;
    }
    Ok(())
}

/// How many lines a list takes at most.
const LINES: usize = 4;

/// Prints messages in quotes behind `start`, as many as fit on a few lines.
pub fn print_messages(
    start: &str,
    messages: &[Vec<u8>],
) -> Result<(), StdoutError> {
    quotes(start, messages, width()).into_iter().try_for_each(print)
}

fn quotes(start: &str, messages: &[Vec<u8>], width: usize) -> Vec<String> {
    // Many pieces of a byte: more than this many are not shown in any case.
    let shown = messages.len().min(LINES * width);
    let quoted = messages[..shown].iter().enumerate().map(|(i, message)| {
        let comma = if i + 1 < messages.len() { "," } else { "" };
        quoted(message, width.saturating_sub(24)) + comma
    });
    let mut lines = lines(start, "    ", quoted, width);
    if lines.len() > LINES {
        lines.truncate(LINES);
        lines.push(format!("    ... {} messages in all", messages.len()));
    }
    lines
}

/// A message in quotes, whole if it has no more than `most` columns; else both of its
/// ends, and how long it is.
pub fn quoted(message: &[u8], most: usize) -> String {
    let whole = printable(message);
    if whole.width() <= most {
        return format!("\"{whole}\"");
    }
    let fits = |part: &[u8]| printable(part).width() <= most / 3;
    let edges = edges(message);
    let starts = edges.iter().map(|at| &message[..*at]);
    let ends = edges.iter().rev().map(|at| &message[*at..]);
    let start = starts.take_while(|part| fits(part)).last();
    let end = ends.take_while(|part| fits(part)).last();
    let [start, end] = [start, end].map(|p| printable(p.unwrap_or_default()));
    format!("\"{start}\"..\"{end}\" ({})", bytes(message.len()))
}

/// The places between what the screen shows one after the other: characters, and bytes
/// that are none.
fn edges(message: &[u8]) -> Vec<usize> {
    let parts = message.utf8_chunks().flat_map(|chunk| {
        let characters = chunk.valid().graphemes(true).map(str::len);
        characters.chain(chunk.invalid().iter().map(|_| 1))
    });
    let mut end = 0;
    let ends = parts.map(|length| {
        end += length;
        end
    });
    iter::once(0).chain(ends).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_messages_are_shown_on_a_few_lines_and_counted() {
        let messages = vec![b"0123456789".to_vec(); 20];
        let lines = quotes("  received:", &messages, 60);
        assert!(lines.iter().all(|line| line.len() <= 60), "{lines:?}");
        assert_eq!(lines[LINES..], ["    ... 20 messages in all"]);
        // 3, 4, 4 and 4 of them fill four lines.
        assert_eq!(quotes("  received:", &messages[..15], 60).len(), LINES);
        let lines = quotes("  received:", &messages[..2], 60);
        assert_eq!(lines, [r#"  received: "0123456789", "0123456789""#]);
    }

    #[test]
    fn a_message_is_whole_or_both_its_ends_and_its_length() {
        let quoted = |message: &str, most| quoted(message.as_bytes(), most);
        assert_eq!(quoted("a \x1b", 6), r#""a \x1b""#);
        let long = format!("begin{}end..", "x".repeat(990));
        assert_eq!(quoted(&long, 15), r#""begin".."end.." (1000 bytes)"#);
        let zeros = "\0".repeat(65_536);
        assert_eq!(quoted(&zeros, 12), r#""\x00".."\x00" (65536 bytes)"#);
        // As many columns as the letters have, and three times as many bytes.
        let chinese = "粘包".repeat(9);
        assert_eq!(quoted(&chinese, 36), format!("\"{chinese}\""));
        assert_eq!(quoted(&chinese, 15), r#""粘包".."粘包" (54 bytes)"#);
        assert_eq!(quoted(&chinese, 11), r#""粘".."包" (54 bytes)"#);
    }

    #[test]
    fn a_character_is_shown_whole_or_not_at_all() {
        for part in ["e\u{301}", "👩\u{200d}👧", "\u{1b}", "می\u{200c}خواهم"]
        {
            let message = part.repeat(9);
            for most in 0..message.len() {
                let shown = quoted(message.as_bytes(), most);
                let joins = |c| ['\u{301}', '\u{200d}', '\\'].contains(&c);
                let both = shown.split_once("\"..\"").unwrap_or_default();
                assert!(!both.0.ends_with(['\u{200d}', '\\']), "{shown}");
                assert!(!both.1.starts_with(joins) || part == "\u{1b}");
            }
        }
    }
}
