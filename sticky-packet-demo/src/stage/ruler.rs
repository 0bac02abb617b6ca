//! The byte ruler: what was written, what each read returned, and what was
//! taken for a message, one below the other on the same bytes.

use std::io;
use std::iter;
use std::ops::Range;

use anstream::adapter::strip_str;
use anstyle::{Ansi256Color, Style};
use common::output;
use common::wrap::paragraph;

use super::experiment::Outcome;
use super::picture::{BELIEVED, Byte, Mark, Picture, Row};

/// The block of each message, then again from the first: light and dark in turn, so that
/// neighbours differ for every eye, and on grey paper.
const BLOCKS: [Style; 6] = [
    block(BLACK, 222), // yellow
    block(WHITE, 25),  // blue
    block(BLACK, 175), // pink
    block(WHITE, 22),  // dark green
    block(BLACK, 117), // sky
    block(WHITE, 88),  // dark red
];

/// The block of what was taken for a message and is none of those that were sent.
const NO_MESSAGE: Style = block(BLACK, 251); // grey

const BLACK: u8 = 16;
const WHITE: u8 = 231;

const fn block(text: u8, ground: u8) -> Style {
    let (text, ground) = (Ansi256Color(text), Ansi256Color(ground));
    Style::new()
        .fg_color(Some(anstyle::Color::Ansi256(text)))
        .bg_color(Some(anstyle::Color::Ansi256(ground)))
}

/// Are there colours on stdout?
pub fn is_coloured() -> bool {
    let choice = anstream::AutoStream::choice(&io::stdout());
    choice != anstream::ColorChoice::Never
}

/// The lines of the ruler, none longer than `width`.
pub fn draw(outcome: &Outcome, width: usize) -> Vec<String> {
    let stream = bytes(outcome);
    let row = |name, lengths: Vec<usize>| Row {
        name,
        marks: in_a_row(lengths, &stream),
    };
    let [writes, reads] = [&outcome.writes, &outcome.reads]
        .map(|calls| calls.iter().flatten().map(Vec::len).collect());
    let mut rows = vec![row(outcome.names[0], writes)];
    if !outcome.segments.is_empty() {
        rows.push(row("segment", outcome.segments.clone()));
    }
    let (marks, believed) = messages(outcome, &stream);
    rows.extend([row(outcome.names[1], reads), Row { name: "message", marks }]);

    let picture = Picture { stream, rows };
    let cells = picture.cells(width);
    let drawn = picture.rows.iter().map(|row| picture.line(row, &cells));
    let mut lines: Vec<_> = drawn.collect();
    if believed > 0 {
        let believed = output::bytes(believed);
        let note = format!("  ({BELIEVED} was never read: {believed})");
        let fits = |line: &mut String| {
            let on_the_screen = strip_str(line).to_string().len();
            on_the_screen + note.len() <= width
        };
        match lines.pop_if(fits) {
            Some(line) => lines.push(line + &note),
            None => lines.extend(paragraph("  ", &note, width)),
        }
    }
    let gaps = cells.iter().map(Range::len).filter(|bytes| *bytes > 1);
    let left_out: usize = gaps.sum();
    if left_out > 0 {
        let all = picture.stream.len();
        let each: Vec<_> = (0..all).map(|at| at..at + 1).collect();
        let wider = match picture.width(&each) {
            needed @ ..=240 => format!("; {needed} columns show all"),
            _ => String::new(),
        };
        let note = format!(
            "(shortened: .. stands for {left_out} of {all} bytes{wider})"
        );
        lines.extend(paragraph("  ", &note, width));
    }
    lines
}

fn bytes(outcome: &Outcome) -> Vec<Byte> {
    let mut stream = Vec::new();
    let blocks = BLOCKS.into_iter().cycle();
    let messages = outcome.sent.iter().zip(&outcome.writes);
    for ((message, calls), block) in messages.zip(blocks) {
        let bytes = calls.concat();
        let prefix = bytes.len().saturating_sub(message.len());
        let bytes = bytes.into_iter().zip(0..);
        stream.extend(bytes.map(|(byte, i)| {
            let payload = i >= prefix;
            Byte { byte, block, payload }
        }));
    }
    stream
}

/// Parts of these lengths, one after the other; each byte has the block of its message.
fn in_a_row(lengths: Vec<usize>, stream: &[Byte]) -> Vec<Option<Mark>> {
    let repeated = |(part, length)| iter::repeat_n(part, length);
    let parts = lengths.into_iter().enumerate().flat_map(repeated);
    let marks = parts
        .zip(stream)
        .map(|(part, byte)| Some(Mark { part, block: Some(byte.block) }));
    marks.collect()
}

/// A message lies where the bytes lie that were read last for it: as many as are really
/// its own. Behind them lie those that it has not got from any read, as far as the next
/// message leaves room. Returns the number of these, too.
fn messages(outcome: &Outcome, stream: &[Byte]) -> (Vec<Option<Mark>>, usize) {
    let Outcome { sent, received, reads, .. } = outcome;
    let (mut marks, mut believed, mut end) = (Vec::new(), 0, 0);
    for (part, (message, reads)) in received.iter().zip(reads).enumerate() {
        let start = end;
        end += reads.concat().len();
        let bytes = stream.get(start..end).unwrap_or_default();
        let read: Vec<u8> = bytes.iter().map(|b| b.byte).collect();
        let most = message.len().min(read.len());
        let is_own = |n: &usize| read.ends_with(&message[..*n]);
        let own = (0..=most).rev().find(is_own).unwrap_or(0);
        believed += message.len() - own;
        // One message, one block, whatever it is made of.
        let first = stream.get(end - own).filter(|_| sent.contains(message));
        let block = first.map_or(NO_MESSAGE, |first| first.block);
        // What an earlier message believed in makes room.
        marks.resize(end - own, None);
        marks.resize(end, Some(Mark { part, block: Some(block) }));
        let end = (end + message.len() - own).min(stream.len());
        marks.resize(end, Some(Mark { part, block: None }));
    }
    (marks, believed)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    /// One write for each message and one message for each read, parted by bars. What is
    /// written in front of a message is as long as "004".
    fn outcome(writes: &str, reads: &str, received: &str) -> Outcome {
        let texts = |all: &str| -> Vec<Vec<u8>> {
            let texts = all.split_terminator('|');
            texts.map(|text| text.as_bytes().to_vec()).collect()
        };
        let calls = |all| texts(all).into_iter().map(|call| vec![call]);
        Outcome {
            names: ["write", "read"],
            sent: texts(&writes.replace("004", "")),
            writes: calls(writes).collect(),
            reads: calls(reads).collect(),
            received: texts(received),
            ..Outcome::default()
        }
    }

    /// The ruler without its colours, of a width, writes, reads and messages.
    fn ruler(asked: &str) -> String {
        let asked: Vec<_> = asked.split(' ').collect();
        let [width, writes, reads, received] = asked[..] else {
            panic!("{asked:?}");
        };
        let width = width.parse().unwrap();
        let lines = draw(&outcome(writes, reads, received), width);
        let plain = lines.iter().map(|line| {
            let plain = strip_str(line).to_string();
            assert!(plain.len() <= width && plain.is_ascii(), "{plain}");
            plain
        });
        plain.collect::<Vec<_>>().join("\n")
    }

    const RULERS: &str = "\
57 004abcd|ef 004abc abc\0
  write    |30 30 34 a b c d|e f|
  read     |30 30 34 a b c|
  message           |a b c ?|  (? was never read: 1 byte)

56 004abcd|ef 004abc abc\0
  write    |30 30 34 a b c d|e f|
  read     |30 30 34 a b c|
  message           |a b c ?|
  (? was never read: 1 byte)

80 abc a|bc a\0\0|bc
  write    |a b c|
  read     |a|b c|
  message  |a|b c|  (? was never read: 2 bytes)

80 ab|c a|bc |bc
  write    |a b|c|
  read     |a|b c|
  message    |b c|

27 aaa|bbbbb aaa|bbbbb aaa|bbbbb
  write    |a a a|b .. b|
  read     |a a a|b .. b|
  message  |a a a|b .. b|
  (shortened: .. stands for
  3 of 8 bytes; 28 columns
  show all)

40 xxxxxxxxxxxxxxx|ok x|x|x|x|x|x|x|x|x|x|x|x|x|x|x|o|k x
  write    |x x x x x x x x x x x x ..|
  read     |x|x|x|x|x|x|x|x|x|x|x|x|..|
  message  |x|
  (shortened: .. stands for 5 of 17
  bytes; 46 columns show all)

54 004abcde|004abcde|004abcde 004abcde|004abcde|004abcde abcde|abcde|abcde
  write    |30 30 34 a .. e|30 30 34 a .. e|30 30 ..|
  read     |30 30 34 a .. e|30 30 34 a .. e|30 30 ..|
  message           |a .. e|        |a .. e|      ..|
  (shortened: .. stands for 12 of 24 bytes; 69 columns
  show all)
";

    #[test]
    fn rows_stand_on_the_same_bytes_and_say_what_is_left_out() {
        for case in RULERS.trim_end().split("\n\n") {
            let (asked, wanted) = case.split_once('\n').unwrap();
            assert_eq!(ruler(asked), wanted);
        }
        assert_eq!(ruler("80   ").lines().count(), 3);
    }

    #[test]
    fn many_thousand_pieces_are_drawn_at_once() {
        let (all, pieces) = ("x".repeat(20_000), "x|".repeat(20_000));
        let start = Instant::now();
        let shown = ruler(&format!("80 {all} {pieces} {pieces}"));
        assert!(start.elapsed() < Duration::from_secs(10));
        assert!(shown.contains("|x|x|x|x|.."), "{shown}");
        assert!(!shown.contains(".. .."), "{shown}");
    }

    #[test]
    fn a_message_has_one_block_of_its_own_colour_or_of_none_that_was_sent() {
        let [ab, c, no] = [BLOCKS[0], BLOCKS[1], NO_MESSAGE];
        let segments = vec![1, 2];
        let glued = Outcome { segments, ..outcome("ab|c", "abc", "abc") };
        assert_eq!(
            draw(&glued, 80),
            [
                format!("  write    |{ab}a b{ab:#}|{c}c{c:#}|"),
                format!("  segment  |{ab}a{ab:#}|{ab}b{ab:#} {c}c{c:#}|"),
                format!("  read     |{ab}a b{ab:#} {c}c{c:#}|"),
                format!("  message  |{no}a b c{no:#}|"),
            ]
        );
        let whole = draw(&outcome("ab|c", "ab|c", "ab|c"), 80);
        assert!(whole[2].ends_with(&format!("|{ab}a b{ab:#}|{c}c{c:#}|")));
    }
}
