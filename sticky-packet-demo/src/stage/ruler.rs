//! The byte ruler: what was written, what each read returned, and what was
//! taken for a message, one below the other on the same bytes.

use std::io;

use anstyle::AnsiColor;
use common::record::Call;

use super::experiment::Outcome;
use super::picture::{BELIEVED, Byte, Part, Picture, Row};

/// The block of each message, then again from the first.
const BLOCKS: [AnsiColor; 5] = [
    AnsiColor::Green,
    AnsiColor::Yellow,
    AnsiColor::Cyan,
    AnsiColor::Magenta,
    AnsiColor::BrightBlue,
];

/// Are there colours on stdout?
pub fn is_coloured() -> bool {
    let choice = anstream::AutoStream::choice(&io::stdout());
    choice != anstream::ColorChoice::Never
}

/// The lines of the ruler, none longer than `width`. `segments` are the lengths of what
/// a capture has seen on the wire.
pub fn draw(
    outcome: &Outcome,
    segments: &[usize],
    width: usize,
) -> Vec<String> {
    let Outcome { sent, writes, reads, received, .. } = outcome;
    let stream = bytes(sent, writes);
    let (messages, believed) = messages(received, reads, &stream);
    let mut rows = vec![calls(writes)];
    if !segments.is_empty() {
        let parts = in_a_row(segments.iter().copied());
        rows.push(Row { name: "segment", parts });
    }
    rows.extend([calls(reads), Row { name: "message", parts: messages }]);

    let picture = Picture { stream, rows };
    let all: Vec<_> = (0..picture.stream.len()).map(Some).collect();
    let needed = picture.width(&all);
    let cells = picture.cells(width);
    let mut lines: Vec<_> =
        picture.rows.iter().map(|row| picture.line(row, &cells)).collect();
    if believed > 0 {
        let plural = if believed == 1 { "byte" } else { "bytes" };
        let note =
            format!("  ({BELIEVED} was never read: {believed} {plural})");
        let last =
            lines.last_mut().filter(|line| columns(line) + note.len() <= width);
        match last {
            Some(line) => *line += &note,
            None => lines.push(note),
        }
    }
    let (all, shown) = (all.len(), cells.iter().flatten().count());
    if shown < all {
        lines.push(format!(
            "  (shortened: .. stands for bytes left out, {} of {all})",
            all - shown
        ));
        if needed <= 240 {
            lines.push(format!("  ({needed} columns show all of them)"));
        }
    }
    lines
}

/// How wide a line is on the screen, where its colours take no room.
fn columns(line: &str) -> usize {
    anstream::adapter::strip_str(line).to_string().len()
}

fn bytes(sent: &[Vec<u8>], writes: &[Vec<Call>]) -> Vec<Byte> {
    let mut stream = Vec::new();
    let blocks = BLOCKS.iter().cycle();
    for ((message, calls), block) in sent.iter().zip(writes).zip(blocks) {
        let bytes = calls.iter().filter_map(|call| call.bytes.as_ref());
        let bytes: Vec<u8> = bytes.flatten().copied().collect();
        let prefix = bytes.len().saturating_sub(message.len());
        let block = AnsiColor::Black.on(*block);
        stream.extend(bytes.iter().enumerate().map(|(i, byte)| Byte {
            byte: *byte,
            block,
            payload: i >= prefix,
        }));
    }
    stream
}

/// Each call is as long as the bytes that it moved.
fn calls(groups: &[Vec<Call>]) -> Row {
    let name = groups.iter().flatten().next().map_or("", |call| call.name);
    Row { name, parts: in_a_row(groups.iter().flatten().map(Call::len)) }
}

/// Parts of these lengths, one after the other.
fn in_a_row(lengths: impl Iterator<Item = usize>) -> Vec<Part> {
    let mut end = 0;
    let parts = lengths.map(|length| {
        end += length;
        Part::new(end - length..end)
    });
    parts.collect()
}

/// A message lies where the bytes lie that were read last for it: as many as are really
/// its own. Behind them lie those that it has not got from any read, as far as the next
/// message leaves room. Returns the number of these, too.
fn messages(
    received: &[Vec<u8>],
    reads: &[Vec<Call>],
    stream: &[Byte],
) -> (Vec<Part>, usize) {
    let mut parts: Vec<Part> = Vec::new();
    let mut believed = 0;
    let mut end = 0;
    for (message, reads) in received.iter().zip(reads) {
        let start = end;
        end += reads.iter().map(Call::len).sum::<usize>();
        let read = stream.get(start..end).unwrap_or_default();
        let read: Vec<u8> = read.iter().map(|b| b.byte).collect();
        let own = (0..=message.len().min(read.len()))
            .rev()
            .find(|n| read.ends_with(&message[..*n]))
            .unwrap_or(0);
        let more = message.len() - own;
        believed += more;
        if let Some(last) = parts.last_mut() {
            last.range.end = last.range.end.min((end - own).max(last.believed));
        }
        let range = end - own..(end + more).min(stream.len()).max(end);
        parts.push(Part { range, believed: end });
    }
    parts.retain(|part| !part.range.is_empty());
    (parts, believed)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

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
        ruler_of(80, writes, reads, received)
    }

    fn ruler_of(
        width: usize,
        writes: &[&str],
        reads: &[&str],
        received: &[&str],
    ) -> String {
        let calls = |name, all: &[&str]| -> Vec<Vec<Call>> {
            all.iter().map(|text| vec![call(name, text)]).collect()
        };
        let bytes = |all: &[&str]| -> Vec<Vec<u8>> {
            all.iter().map(|text| text.as_bytes().into()).collect()
        };
        // What is written in front of a message is as long as "004".
        let sent = writes.iter().map(|w| w.trim_start_matches("004"));
        let outcome = Outcome {
            sent: bytes(&sent.collect::<Vec<_>>()),
            writes: calls("write", writes),
            reads: calls("read", reads),
            received: bytes(received),
            ..Outcome::default()
        };
        let lines = draw(&outcome, &[], width);
        for line in &lines {
            let plain = anstream::adapter::strip_str(line).to_string();
            assert!(plain.len() <= width && plain.is_ascii(), "{plain}");
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
  message           |a b c ?|  (? was never read: 1 byte)
";
        let shown = ruler(&["004abcd", "ef"], &["004abc"], &["abc\0"]);
        assert_eq!(shown, wanted);
    }

    #[test]
    fn believed_bytes_do_not_lie_on_the_next_message() {
        let shown = ruler(&["abc"], &["a", "bc"], &["a\0\0", "bc"]);
        let last = "  message  |a|b c|  (? was never read: 2 bytes)\n";
        assert!(shown.ends_with(last), "{shown}");
    }

    #[test]
    fn the_note_has_a_line_of_its_own_where_the_row_has_no_room_for_it() {
        let row = "  message           |a b c ?|";
        let note = "  (? was never read: 1 byte)";
        for (width, between) in [(57, ""), (56, "\n")] {
            let writes = ["004abcd", "ef"];
            let shown = ruler_of(width, &writes, &["004abc"], &["abc\0"]);
            let wanted = format!("{row}{between}{note}\n");
            assert!(shown.ends_with(&wanted), "{shown}");
        }
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
    fn many_thousand_pieces_are_drawn_at_once() {
        let pieces = vec!["x"; 20_000];
        let start = Instant::now();
        let shown = ruler(&[&"x".repeat(20_000)], &pieces, &pieces);
        assert!(start.elapsed() < Duration::from_secs(10));
        assert!(!shown.contains(".. .."), "{shown}");
    }

    #[test]
    fn a_row_that_is_cut_off_keeps_its_last_edge() {
        let pieces = vec!["x"; 40];
        let shown = ruler(&[&"x".repeat(40)], &pieces, &["x"]);
        let wanted = "  write    |x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x ..|
  read     |x|x|x|x|x|x|x|x|x|x|x|x|x|x|x|x|x|x|x|x|x|x|x|x|x|x|x|x|x|x|x|x|..|
  message  |x|
  (shortened: .. stands for bytes left out, 8 of 40)
  (92 columns show all of them)
";
        assert_eq!(shown, wanted);
    }

    #[test]
    fn no_dots_stand_for_a_single_byte() {
        let (odd, longer) = ("x".repeat(25), "y".repeat(27));
        let both = [odd.as_str(), &longer];
        let shown = ruler_of(114, &both, &both, &both);
        let (odd, longer) = ("x ".repeat(25), "y ".repeat(12));
        let row = format!("  write    |{}|{longer}.. ", odd.trim_end());
        assert!(shown.starts_with(&row), "{shown}");
        assert!(shown.contains("left out, 3 of 52)"), "{shown}");
    }

    #[test]
    fn a_cut_row_shows_that_more_messages_follow_a_gap() {
        let writes = ["004abcde"; 8];
        let wanted = "  write    |30 30 34 a .. e|30 30 34 a .. e|30 30 ..|
  read     |30 30 34 a .. e|30 30 34 a .. e|30 30 ..|
  message           |a .. e|        |a .. e|      ..|
  (shortened: .. stands for bytes left out, 52 of 64)
  (164 columns show all of them)
";
        let shown = ruler_of(54, &writes, &writes, &["abcde"; 8]);
        assert_eq!(shown, wanted);
        // Nothing follows these two.
        let shown = ruler_of(54, &writes, &writes, &["abcde"; 2]);
        assert!(
            shown.contains("  message           |a .. e|        |a .. e|\n")
        );
    }

    #[test]
    fn a_message_is_one_block_of_its_colour_in_every_row() {
        let outcome = Outcome {
            sent: vec![b"ab".to_vec(), b"c".to_vec()],
            writes: vec![vec![call("write", "ab")], vec![call("write", "c")]],
            reads: vec![vec![call("read", "abc")]],
            received: vec![b"abc".to_vec()],
            ..Outcome::default()
        };
        let [ab, c] = [BLOCKS[0], BLOCKS[1]].map(|c| AnsiColor::Black.on(c));
        assert_eq!(
            draw(&outcome, &[], 80),
            [
                format!("  write    |{ab}a b{ab:#}|{c}c{c:#}|"),
                format!("  read     |{ab}a b{ab:#} {c}c{c:#}|"),
                format!("  message  |{ab}a b{ab:#} {c}c{c:#}|"),
            ]
        );
    }

    #[test]
    fn a_ruler_fits_60_columns() {
        let pieces: Vec<_> = "hello,ok,and more of it".split(',').collect();
        let glued = pieces.concat();
        for width in [20, 40, 60, 61, 62, 63, 100] {
            // ruler_of() checks each line, but for the notes about it.
            let shown = ruler_of(width.max(54), &pieces, &[&glued], &[&glued]);
            assert!(shown.contains("read     |h e l l o o k a"), "{shown}");
        }
    }

    #[test]
    fn the_segments_of_a_capture_are_a_row() {
        let outcome = Outcome {
            sent: vec![b"ab".to_vec()],
            writes: vec![vec![call("write", "ab")]],
            ..Outcome::default()
        };
        let lines = draw(&outcome, &[1, 1], 80);
        let plain = anstream::adapter::strip_str(&lines[1]).to_string();
        assert_eq!(plain, "  segment  |a|b|");
    }

    #[test]
    fn nothing_at_all_is_drawn_as_nothing() {
        assert_eq!(ruler(&[], &[], &[]).lines().count(), 3);
    }
}
