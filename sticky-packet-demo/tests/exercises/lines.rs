//! Grades `lines`: both ends apart, against the bytes that the task demands, then
//! together.

use std::io;

use grade::exercise::failed;
use grade::{Exam, Finding, How, Meaning, Step, Verdict};

use super::delivery::{another, cut, different, every_way};

/// The answer that is graded.
#[derive(Clone, Copy)]
pub struct Codec {
    pub line: fn(&[u8]) -> Vec<u8>,
    /// A new `Lines`, as the function that takes its pieces.
    pub lines: fn() -> Take,
}

pub type Take = Box<dyn FnMut(&[u8]) -> io::Result<Vec<Vec<u8>>>>;

const MAX: usize = 65_536;

const DELIMITER: &str = "lesson 3, \"Every remedy, every delivery\": newline";
const CUTS: &str = "lesson 3, \"fixed.rs\": read on until each part is whole";

/// What a right answer does.
#[rustfmt::skip] // a step reads as a paragraph
pub fn steps() -> Vec<Step<Codec>> {
    vec![
        Step::new("a message becomes a line, and a message again", DELIMITER,
            |codec, exam| {
            let message = letters(exam, 10);
            written(codec, &message)?;
            read(codec, &[message], &[])
        }),
        Step::new("a newline inside a message is escaped", DELIMITER, |codec, exam| {
            let message = [letters(exam, 3), letters(exam, 4)].join(&b'\n');
            written(codec, &message).explain("A newline ends the line, so none may be in \
                it: write the one of the message as a backslash and an n.")
        }),
        Step::new("a backslash inside a message is escaped", DELIMITER, |codec, exam| {
            let message = [letters(exam, 2), letters(exam, 3)].join(&br"\n"[..]);
            written(codec, &message).explain("The message has a backslash and an n. If \
                the backslash is not escaped, the other end takes both for a newline.")
        }),
        Step::new("escapes are turned back from left to right", DELIMITER, |codec, exam| {
            let mut messages = (0..20).map(|_| made_of(exam, b"\\n\n", 5));
            messages.try_for_each(|message| read(codec, &[message], &[])).explain("Read \
                from left to right: a backslash and the character behind it are one \
                escape. Replacements over the whole line see escapes where there are \
                none.")
        }),
        Step::new("a line that comes in two pieces is one message", CUTS, |codec, exam| {
            let (message, place) = (letters(exam, 8), exam.random.usize(1..8));
            read(codec, &[message], &[place]).explain("The end of a piece means nothing: \
                keep what has come, until the newline comes.")
        }),
        Step::new("an escape that is cut in two is one escape", CUTS, |codec, exam| {
            let (start, end) = (letters(exam, 3), letters(exam, 3));
            let messages = [b'\n', b'\\'].map(|one| [&start[..], &[one], &end].concat());
            messages.into_iter().try_for_each(|message| read(codec, &[message], &[4]))
                .explain("A piece ended behind a backslash, and what the escape means is \
                in the next piece. Keep in a field that a backslash has come.")
        }),
        Step::new("lines come whole in each of the ways to cut them", CUTS,
            |codec, exam| {
            let messages = [made_of(exam, b"\\n\n", 3), made_of(exam, b"\\\n", 2)];
            every_way(stream(&messages).len())
                .try_for_each(|places| read(codec, &messages, &places))
                .explain("This cut breaks it.")
        }),
        Step::new("an empty message is a message", DELIMITER, |codec, exam| {
            let messages = [vec![], letters(exam, 4), vec![], vec![]];
            written(codec, b"")?;
            read(codec, &messages, &[])
                .explain("A newline alone is the line of an empty message: it counts.")
        }),
        Step::new("bytes that are not text come through", DELIMITER, |codec, exam| {
            let mut message: Vec<u8> = (0..=255).collect();
            exam.random.shuffle(&mut message);
            message.extend("粘包".bytes());
            written(codec, &message)?;
            let places: Vec<usize> = (1..wanted_line(&message).len()).collect();
            read(codec, &[message], &places).explain("Bytes are bytes: do not decode \
                them. They need not be text, and a cut can go through a character.")
        }),
        Step::new("a backslash before another byte is an error", DELIMITER,
            |codec: Codec, exam| {
            for wrong in [letters(exam, 1)[0], b'\n', b'N'] {
                let line = [&letters(exam, 3)[..], &[b'\\', wrong], b"\n"].concat();
                if let Ok(came) = (codec.lines)()(&line) {
                    let seen = format!("Ok came back: {came:02x?}.");
                    let finding = Finding::new(How::Other, seen).after_sending(&line);
                    return Err(finding.into()).explain("No sender writes a backslash \
                        before anything but an n or a backslash. Return an error.");
                }
            }
            Ok(())
        }),
        Step::new("a line that does not end is an error in time", DELIMITER,
            |codec: Codec, exam| {
            // Twice as many bytes on the wire, and allowed.
            let longest = made_of(exam, b"\\\n", MAX);
            read(codec, &[longest], &[]).explain("A message of 65,536 bytes is allowed, \
                however many of them are escaped.")?;
            let (mut take, line) = ((codec.lines)(), letters(exam, MAX + 1));
            let (allowed, last) = line.split_at(MAX);
            let early = allowed.chunks(1000).find_map(|piece| take(piece).err());
            if let Some(e) = early {
                return Err(failed(&format!("65,536 bytes are allowed, and: {e}.")));
            }
            let seen = "65,537 bytes came without a newline, and no error.";
            take(last).err().map(drop).ok_or_else(|| failed(seen)).explain("A peer that \
                never sends a newline would fill your memory: set a limit to what you \
                keep.")
        }),
    ]
}

/// The line that the task demands.
fn wanted_line(message: &[u8]) -> Vec<u8> {
    let escaped = message.iter().flat_map(|byte| match byte {
        b'\n' => br"\n".to_vec(),
        b'\\' => br"\\".to_vec(),
        other => vec![*other],
    });
    escaped.chain([b'\n']).collect()
}

/// `line` makes the line that it should.
fn written(codec: Codec, message: &[u8]) -> Verdict {
    let (wanted, came) = (wanted_line(message), (codec.line)(message));
    if came == wanted {
        return Ok(());
    }
    let seen = "`line` made a different line.".into();
    let bytes = Finding::bytes(How::Different, &wanted, &came);
    Err(Finding { seen, ..bytes }.into())
}

/// `Lines` makes these messages of their lines, which are cut at these places.
fn read(codec: Codec, messages: &[Vec<u8>], places: &[usize]) -> Verdict {
    let stream = stream(messages);
    let came = cut(&stream, places).map((codec.lines)());
    let seen = match came.collect::<io::Result<Vec<_>>>() {
        Err(e) => format!("`take` returned an error: {e}."),
        Ok(came) => {
            let came = came.concat();
            let mut pairs = messages.iter().zip(&came).enumerate();
            let other = pairs.find(|(_, (wanted, came))| wanted != came);
            if let Some((number, (wanted, came))) = other {
                let finding = another(number, wanted, came);
                return different(finding, &stream, places);
            }
            let (wanted, came) = (messages.len(), came.len());
            if came == wanted {
                return Ok(());
            }
            format!("Of {wanted} lines `take` made {came} messages.")
        }
    };
    different(Finding::new(How::Different, seen), &stream, places)
}

fn stream(messages: &[Vec<u8>]) -> Vec<u8> {
    messages.iter().flat_map(|message| wanted_line(message)).collect()
}

/// A message of these bytes, in a random order.
fn made_of(exam: &mut Exam, bytes: &[u8], length: usize) -> Vec<u8> {
    (0..length).map(|_| bytes[exam.random.usize(0..bytes.len())]).collect()
}

/// No n among them: behind a backslash it is an escape.
fn letters(exam: &mut Exam, length: usize) -> Vec<u8> {
    made_of(exam, b"abcdefghijklmopqrstuvwxyz", length)
}
