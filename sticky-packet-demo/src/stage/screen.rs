//! What fits on a line: paragraphs and lists, as wide as the terminal.

use std::io;

use anstyle::AnsiColor;
use common::output::{StdoutError, bytes, print};
use common::printable::{boundary, printable};
use common::wrap::{lines, paragraph};
use terminal_size::{Width, terminal_size_of};
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
    let edges = (0..=message.len()).filter(|at| boundary(message, *at) == *at);
    let fits = |part: &[u8]| printable(part).width() <= most / 3;
    let start = edges.clone().take_while(|at| fits(&message[..*at])).last();
    let end = edges.rev().take_while(|at| fits(&message[*at..])).last();
    let start = printable(&message[..start.unwrap_or(0)]);
    let end = printable(&message[end.unwrap_or(message.len())..]);
    format!("\"{start}\"..\"{end}\" ({})", bytes(message.len()))
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
        for character in
            ["粘", "e\u{301}", "👩\u{200d}👧", "\u{1b}", "ש\u{5b8}"]
        {
            let message = character.repeat(9);
            let part = printable(character.as_bytes());
            for most in 0..9 * part.width() {
                let shown = quoted(message.as_bytes(), most);
                let rest = shown.replace(&part, "");
                assert_eq!(
                    rest,
                    format!("\"\"..\"\" ({} bytes)", message.len())
                );
            }
        }
    }
}
