//! What fits on a line: paragraphs and lists, as wide as the terminal.

use std::io;

use anstyle::AnsiColor;
use common::output::{StdoutError, print};
use common::printable::printable;
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

/// A message in quotes, whole if it is no longer than `most`; else both of its
/// ends, and how long it is.
pub fn quoted(message: &[u8], most: usize) -> String {
    // It can be as long as a length that was no length: not all of it is made
    // printable.
    let text = printable(&message[..message.len().min(most)]);
    if message.len() <= most && text.width() <= most {
        return format!("\"{text}\"");
    }
    // Between two characters, and not in the middle of one.
    let is_edge = |at: usize| message.get(at).is_none_or(|b| b & 0xc0 != 0x80);
    let fits = |bytes: &[u8]| printable(bytes).width() <= most / 3;
    let longest = message.len().min(most / 3);
    let mut starts = (0..=longest).rev().map(|n| (n, &message[..n]));
    let mut ends = (message.len() - longest..=message.len())
        .map(|at| (at, &message[at..]));
    let shown = |&(at, bytes): &(usize, &[u8])| is_edge(at) && fits(bytes);
    let [start, end] = [starts.find(shown), ends.find(shown)]
        .map(|part| part.map_or(String::new(), |(_, bytes)| printable(bytes)));
    format!("\"{start}\"..\"{end}\" ({} bytes)", message.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_fits_is_quoted_whole() {
        let message = b"a rather long message";
        assert_eq!(quoted(message, 21), "\"a rather long message\"");
        assert_eq!(quoted(b"a \x1b", 20), r#""a \x1b""#);
        assert_eq!(quoted("粘包".as_bytes(), 6), "\"粘包\"");
    }

    #[test]
    fn many_messages_are_shown_on_a_few_lines_and_counted() {
        let messages = vec![b"0123456789".to_vec(); 20];
        let lines = quotes("  received:", &messages, 60);
        assert_eq!(lines.len(), LINES + 1);
        assert!(lines.iter().all(|line| line.len() <= 60), "{lines:?}");
        assert_eq!(lines[LINES], "    ... 20 messages in all");

        // 3, 4, 4 and 4 of them fill four lines.
        let lines = quotes("  received:", &messages[..15], 60);
        assert_eq!(lines.len(), LINES);
        assert!(!lines[LINES - 1].contains("in all"), "{lines:?}");

        let lines = quotes("  received:", &messages[..2], 60);
        assert_eq!(lines, [r#"  received: "0123456789", "0123456789""#]);
    }

    #[test]
    fn a_longer_message_shows_both_ends_and_its_length() {
        let long = [&b"begin"[..], &[b'x'; 990], b"end.."].concat();
        assert_eq!(quoted(&long, 15), r#""begin".."end.." (1000 bytes)"#);
        assert_eq!(quoted(&[0; 65_536], 12), r#""\x00".."\x00" (65536 bytes)"#);
        let chinese = "粘包".repeat(9);
        assert_eq!(quoted(chinese.as_bytes(), 15), r#""粘".."包" (54 bytes)"#);
        for most in 0..54 {
            let shown = quoted(chinese.as_bytes(), most);
            assert!(!shown.contains("\\x"), "{shown}");
        }
    }
}
