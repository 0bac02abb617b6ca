//! The byte ruler: what was written, what each read returned, and what was taken for a
//! message, one below the other on the same bytes.

use std::collections::BTreeSet;
use std::io;
use std::ops::Range;

use anstyle::{AnsiColor, Style};

use crate::cli::printable;
use crate::trace::Call;

/// The longest line: that of a terminal, unless it was made wider.
const WIDTH: usize = 80;

/// One for each message, then again from the first.
const COLOURS: [AnsiColor; 6] = [
    AnsiColor::Green,
    AnsiColor::Yellow,
    AnsiColor::Cyan,
    AnsiColor::Magenta,
    AnsiColor::Blue,
    AnsiColor::Red,
];

/// A row of the ruler: its name, and the parts of the stream marked on it.
type Row = (&'static str, Vec<Range<usize>>);

/// The bytes that were written, each with the colour of its message.
struct Byte {
    byte: u8,
    colour: Style,
    /// Of the message itself, and not of what was put in front of it.
    payload: bool,
}

/// Are there colours on stdout?
pub fn is_coloured() -> bool {
    let choice = anstream::AutoStream::choice(&io::stdout());
    choice != anstream::ColorChoice::Never
}

/// The lines of the ruler: what was sent, the calls that each message took to send,
/// those that each took to receive (and then those that came to no message), and what
/// was received.
pub fn draw(
    sent: &[Vec<u8>],
    writes: &[Vec<Call>],
    reads: &[Vec<Call>],
    received: &[Vec<u8>],
) -> Vec<String> {
    let mut stream = Vec::new();
    let colours = COLOURS.iter().cycle();
    for ((message, calls), colour) in sent.iter().zip(writes).zip(colours) {
        let bytes = calls.iter().filter_map(|call| call.bytes.as_ref());
        let bytes: Vec<u8> = bytes.flatten().copied().collect();
        let prefix = bytes.len().saturating_sub(message.len());
        stream.extend(bytes.iter().enumerate().map(|(i, byte)| Byte {
            byte: *byte,
            colour: colour.on_default(),
            payload: i >= prefix,
        }));
    }
    let messages = messages(received, reads, &stream);
    let rows = [calls(writes), calls(reads), ("message", messages)];

    let (cells, left_out) = cells(&stream, &rows);
    let mut lines = Vec::new();
    for (name, ranges) in &rows {
        lines.push(line(name, ranges, &stream, &cells));
    }
    if left_out > 0 {
        let all = stream.len();
        lines.push(format!(
            "  (shortened: .. stands for bytes left out, {left_out} of {all})"
        ));
    }
    lines
}

/// Messages in quotes: as many as fit behind a few words on a line of the ruler, and the
/// beginning of long ones.
pub fn quoted(messages: &[Vec<u8>]) -> String {
    let mut text = String::new();
    for (i, message) in messages.iter().enumerate() {
        // A message can be as long as a length that was no length.
        let start = printable(&message[..message.len().min(60)]);
        let short: String = start.chars().take(20).collect();
        let more = if short == start { "" } else { "..." };
        let comma = if i > 0 { ", " } else { "" };
        let next = format!("{comma}\"{short}\"{more}");
        if text.chars().count() + next.chars().count() > 38 {
            return format!("{text} and {} more", messages.len() - i);
        }
        text += &next;
    }
    text
}

/// Each call is as long as the bytes that it moved.
fn calls(groups: &[Vec<Call>]) -> Row {
    let mut end = 0;
    let ranges = groups.iter().flatten().map(|call| {
        end += call.len();
        end - call.len()..end
    });
    let ranges = ranges.collect();
    let name = groups.iter().flatten().next().map_or("", |call| call.name);
    (name, ranges)
}

/// A message lies where the bytes lie that were read last for it: as many
/// as are really its own. (A half-read message is filled up with zeros.)
fn messages(
    received: &[Vec<u8>],
    reads: &[Vec<Call>],
    stream: &[Byte],
) -> Vec<Range<usize>> {
    let mut end = 0;
    let places = received.iter().zip(reads).map(|(message, reads)| {
        let start = end;
        end += reads.iter().map(Call::len).sum::<usize>();
        let read = stream.get(start..end).unwrap_or_default();
        let read: Vec<u8> = read.iter().map(|b| b.byte).collect();
        let own = (0..=message.len().min(read.len()))
            .rev()
            .find(|n| read.ends_with(&message[..*n]));
        end - own.unwrap_or(0)..end
    });
    places.filter(|place| !place.is_empty()).collect()
}

/// Which bytes are shown, `None` for some that are left out; and how many
/// those are.
fn cells(stream: &[Byte], rows: &[Row]) -> (Vec<Option<usize>>, usize) {
    let ranges = rows.iter().flat_map(|(_, ranges)| ranges);
    let edges = ranges.flat_map(|r| [r.start, r.end]);
    let edges: BTreeSet<usize> = edges.chain([0, stream.len()]).collect();
    let edges: Vec<usize> = edges.into_iter().collect();

    let mut cells = Vec::new();
    // Shows as much as fits of each stretch without a boundary.
    for ends in [usize::MAX / 2, 12, 6, 3, 2, 1] {
        cells.clear();
        for stretch in edges.windows(2) {
            let (start, end) = (stretch[0], stretch[1]);
            if end - start <= 2 * ends + 1 {
                cells.extend((start..end).map(Some));
            } else {
                cells.extend((start..start + ends).map(Some));
                cells.push(None);
                cells.extend((end - ends..end).map(Some));
            }
        }
        if width(&cells, stream) <= WIDTH {
            break;
        }
    }
    // Still too long: then as much of the beginning as fits.
    while width(&cells, stream) > WIDTH {
        cells.truncate(cells.len() - 2);
        cells.push(None);
    }
    let shown = cells.iter().flatten().count();
    (cells, stream.len() - shown)
}

fn width(cells: &[Option<usize>], stream: &[Byte]) -> usize {
    let cells = cells.iter().map(|cell| text(*cell, stream).len() + 1);
    "  message  |".len() + cells.sum::<usize>()
}

/// A byte of a message as a letter where it is one, else in hex.
fn text(cell: Option<usize>, stream: &[Byte]) -> String {
    match cell.map(|i| &stream[i]) {
        None => "..".into(),
        Some(Byte { byte: byte @ b' '..=b'~', payload: true, .. }) => {
            char::from(*byte).into()
        }
        Some(Byte { byte, .. }) => format!("{byte:02x}"),
    }
}

/// One row. A byte outside of its ranges stays blank.
fn line(
    name: &str,
    ranges: &[Range<usize>],
    stream: &[Byte],
    cells: &[Option<usize>],
) -> String {
    let edge = |at| ranges.iter().any(|r| r.start == at || r.end == at);
    let mut line = format!("  {name:<9}");
    let mut at = 0; // the place in the stream
    for cell in cells {
        at = cell.unwrap_or(at);
        line.push(if edge(at) { '|' } else { ' ' });
        let text = text(*cell, stream);
        if ranges.iter().any(|r| r.contains(&at)) {
            let style = stream[at].colour;
            line += &format!("{style}{text}{style:#}");
        } else {
            line += &" ".repeat(text.len());
        }
        at += 1;
    }
    if edge(at) && cells.last().is_some_and(Option::is_some) {
        line.push('|');
    }
    line.trim_end().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &'static str, bytes: &str) -> Call {
        Call {
            who: String::new(),
            name,
            bytes: Some(bytes.into()),
            note: String::new(),
        }
    }

    /// The ruler of one write for each message and one message for each read,
    /// without its colours.
    fn ruler(writes: &[&str], reads: &[&str], received: &[&str]) -> String {
        let calls = |name, all: &[&str]| -> Vec<Vec<Call>> {
            all.iter().map(|text| vec![call(name, text)]).collect()
        };
        let bytes = |all: &[&str]| -> Vec<Vec<u8>> {
            all.iter().map(|text| text.as_bytes().into()).collect()
        };
        // What is written in front of a message is as long as "004".
        let sent = writes.iter().map(|w| w.trim_start_matches("004"));
        let lines = draw(
            &bytes(&sent.collect::<Vec<_>>()),
            &calls("write", writes),
            &calls("read", reads),
            &bytes(received),
        );
        for line in &lines {
            let plain = anstream::adapter::strip_str(line).to_string();
            assert!(plain.len() <= WIDTH && plain.is_ascii(), "{plain}");
        }
        let all = lines.join("\n") + "\n";
        anstream::adapter::strip_str(&all).to_string()
    }

    #[test]
    fn the_rows_are_aligned_on_the_same_bytes() {
        let wanted = "  write    |a b|c|
  read     |a|b c|
  message  |a|b c|
";
        assert_eq!(ruler(&["ab", "c"], &["a", "bc"], &["a", "bc"]), wanted);
    }

    #[test]
    fn what_is_no_letter_is_shown_in_hex() {
        let wanted = "  write    |1b [ e7 b2 98|
  read     |1b [ e7 b2 98|
  message  |1b [ e7 b2 98|
";
        assert_eq!(ruler(&["\x1b[粘"], &["\x1b[粘"], &["\x1b[粘"]), wanted);
    }

    #[test]
    fn a_message_covers_no_more_than_its_own_bytes() {
        // Behind a prefix; half read and filled up with zeros; not read at all.
        let wanted = "  write    |30 30 34 a b c d|e f|
  read     |30 30 34 a b c|
  message           |a b c|
";
        let shown = ruler(&["004abcd", "ef"], &["004abc"], &["abc\0"]);
        assert_eq!(shown, wanted);
    }

    #[test]
    fn an_empty_message_has_no_place() {
        let shown = ruler(&["ab", "c"], &["a", "bc"], &["", "bc"]);
        assert!(shown.ends_with("  message    |b c|\n"), "{shown}");
    }

    #[test]
    fn a_long_message_is_shortened_and_the_ruler_says_so() {
        let long = "x".repeat(3000);
        let wanted = "  write    |x x x x x x x x x x x x .. x x x x x x x x x x x x|o k|
  read     |x x x x x x x x x x x x .. x x x x x x x x x x x x o k|
  message  |x x x x x x x x x x x x .. x x x x x x x x x x x x o k|
  (shortened: .. stands for bytes left out, 2976 of 3002)
";
        let glued = format!("{long}ok");
        let shown = ruler(&[&long, "ok"], &[&glued], &[&glued]);
        assert_eq!(shown, wanted);
    }

    #[test]
    fn many_pieces_are_shown_as_far_as_they_fit() {
        let pieces = vec!["x"; 1000];
        let shown = ruler(&["x".repeat(1000).as_str()], &pieces, &pieces);
        assert!(shown.contains("|x|x|x|x|.."), "{shown}");
        assert!(shown.contains("(shortened: "), "{shown}");
    }

    #[test]
    fn each_message_has_a_colour_of_its_own() {
        let calls = [vec![call("write", "a")], vec![call("write", "b")]];
        let sent = ["a", "b"].map(|m| m.as_bytes().to_vec());
        let line = draw(&sent, &calls, &[], &[]).remove(0);
        let [a, b] = [COLOURS[0], COLOURS[1]].map(|c| c.on_default());
        assert_eq!(line, format!("  write    |{a}a{a:#}|{b}b{b:#}|"));
    }

    #[test]
    fn long_messages_and_many_messages_are_quoted_in_part() {
        let one = |text: &str| quoted(&[text.as_bytes().to_vec()]);
        assert_eq!(one("a \x1b"), r#""a \x1b""#);
        let short = "x".repeat(20);
        assert_eq!(one(&short), format!("\"{short}\""));
        assert_eq!(one(&short.repeat(99)), format!("\"{short}\"..."));
        let many = quoted(&vec![b"0123456789".to_vec(); 9]);
        assert_eq!(many, r#""0123456789", "0123456789" and 7 more"#);
    }

    #[test]
    fn nothing_at_all_is_drawn_as_nothing() {
        assert_eq!(ruler(&[], &[], &[]).lines().count(), 3);
    }
}
