//! Grades `lines`: both ends apart, against the bytes that the task demands, then
//! together.

use std::io;

use grade::exercise::failed;
use grade::{Exam, Finding, How, Meaning, Step, Verdict};

use super::delivery::{cut, different, every_way};

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

type Grade = fn(Codec, &mut Exam) -> Verdict;

/// What a right answer does.
const STEPS: [(&str, &str, Grade); 11] = [
    ("a message becomes a line, and a message again", DELIMITER, plain),
    ("a newline inside a message is escaped", DELIMITER, newline),
    ("a backslash inside a message is escaped", DELIMITER, backslash),
    ("escapes are turned back from left to right", DELIMITER, turned_back),
    ("a line that comes in two pieces is one message", CUTS, two_pieces),
    ("an escape that is cut in two is one escape", CUTS, cut_escape),
    ("lines come whole in each of the ways to cut them", CUTS, every_cut),
    ("an empty message is a message", DELIMITER, empty),
    ("bytes that are no text come through", DELIMITER, no_text),
    ("an escape that is none is an error", DELIMITER, no_escape),
    ("a line that does not end is an error in time", DELIMITER, limit),
];

pub fn steps() -> Vec<Step<Codec>> {
    let step = |(name, part, grade)| Step::new(name, part, grade);
    STEPS.map(step).into()
}

/// The line that the task demands.
fn wanted_line(message: &[u8]) -> Vec<u8> {
    let mut line = Vec::new();
    for byte in message {
        match byte {
            b'\n' => line.extend(br"\n"),
            b'\\' => line.extend(br"\\"),
            other => line.push(*other),
        }
    }
    line.push(b'\n');
    line
}

/// `line` makes the line that it should.
fn written(codec: Codec, message: &[u8], meaning: &str) -> Verdict {
    let wanted = wanted_line(message);
    let came = (codec.line)(message);
    if came == wanted {
        return Ok(());
    }
    let seen = "`line` made another line.".into();
    let bytes = Finding::bytes(How::Different, &wanted, &came);
    Err(Finding { seen, ..bytes }.meaning(meaning).into())
}

/// `Lines` makes these messages of their lines, which are cut at these places.
fn read(
    codec: Codec,
    messages: &[Vec<u8>],
    places: &[usize],
    meaning: &str,
) -> Verdict {
    let stream = stream(messages);
    let mut came = Vec::new();
    let mut take = (codec.lines)();
    let mut pieces = cut(&stream, places);
    let end = pieces.try_for_each(|piece| {
        came.extend(take(piece)?);
        io::Result::Ok(())
    });
    let pairs = messages.iter().zip(&came);
    let other = pairs.enumerate().find(|(_, (wanted, came))| wanted != came);
    let finding = match (end, other) {
        (Err(e), _) => {
            let seen = format!("`take` returned an error: {e}.");
            Finding::new(How::Different, seen)
        }
        (Ok(()), Some((number, (wanted, came)))) => {
            let seen = format!("Message {} is another one.", number + 1);
            let bytes = Finding::bytes(How::Different, wanted, came);
            Finding { seen, ..bytes }
        }
        (Ok(()), None) if came.len() == messages.len() => return Ok(()),
        (Ok(()), None) => {
            let (wanted, came) = (messages.len(), came.len());
            let seen =
                format!("Of {wanted} lines `take` made {came} messages.");
            Finding::new(How::Different, seen)
        }
    };
    different(finding.meaning(meaning), &stream, places)
}

fn stream(messages: &[Vec<u8>]) -> Vec<u8> {
    messages.iter().flat_map(|message| wanted_line(message)).collect()
}

/// A message of these bytes, in a random order.
fn made_of(exam: &mut Exam, bytes: &[u8], length: usize) -> Vec<u8> {
    (0..length).map(|_| bytes[exam.random.usize(0..bytes.len())]).collect()
}

fn letters(exam: &mut Exam, length: usize) -> Vec<u8> {
    made_of(exam, b"abcdefghijklmopqrstuvwxyz", length)
}

fn plain(codec: Codec, exam: &mut Exam) -> Verdict {
    let message = letters(exam, 10);
    written(codec, &message, "")?;
    read(codec, &[message], &[], "")
}

fn newline(codec: Codec, exam: &mut Exam) -> Verdict {
    let message = [letters(exam, 3), letters(exam, 4)].join(&b'\n');
    let meaning = "A newline ends the line, so none may be in it: write the one of the \
                   message as a backslash and an n.";
    written(codec, &message, meaning)
}

fn backslash(codec: Codec, exam: &mut Exam) -> Verdict {
    let message = [letters(exam, 2), letters(exam, 3)].join(&br"\n"[..]);
    let meaning = "The message has a backslash and an n. If the backslash is not \
                   escaped, the other end takes both for a newline.";
    written(codec, &message, meaning)
}

fn turned_back(codec: Codec, exam: &mut Exam) -> Verdict {
    let meaning = "Read from left to right: a backslash and the character behind it are \
                   one escape. Replacements over the whole line see escapes where there \
                   are none.";
    (0..20).try_for_each(|_| {
        read(codec, &[made_of(exam, b"\\n\n", 5)], &[], meaning)
    })
}

fn two_pieces(codec: Codec, exam: &mut Exam) -> Verdict {
    let (message, place) = (letters(exam, 8), exam.random.usize(1..8));
    let meaning = "The end of a piece means nothing: keep what has come, until the \
                   newline comes.";
    read(codec, &[message], &[place], meaning)
}

fn cut_escape(codec: Codec, exam: &mut Exam) -> Verdict {
    let (start, end) = (letters(exam, 3), letters(exam, 3));
    let meaning = "A piece ended behind a backslash, and what the escape means is in the \
                   next piece. Keep in a field that a backslash has come.";
    [b'\n', b'\\'].into_iter().try_for_each(|escaped| {
        let message = [&start[..], &[escaped], &end].concat();
        read(codec, &[message], &[4], meaning)
    })
}

fn every_cut(codec: Codec, exam: &mut Exam) -> Verdict {
    let messages = [made_of(exam, b"\\n\n", 3), made_of(exam, b"\\\n", 2)];
    every_way(stream(&messages).len()).try_for_each(|places| {
        read(codec, &messages, &places, "This cut breaks it.")
    })
}

fn empty(codec: Codec, exam: &mut Exam) -> Verdict {
    let messages = [vec![], letters(exam, 4), vec![], vec![]];
    written(codec, b"", "")?;
    let meaning = "A newline alone is the line of an empty message: it counts.";
    read(codec, &messages, &[], meaning)
}

fn no_text(codec: Codec, exam: &mut Exam) -> Verdict {
    let mut message: Vec<u8> = (0..=255).collect();
    exam.random.shuffle(&mut message);
    message.extend("粘包".bytes());
    written(codec, &message, "")?;
    let places: Vec<usize> = (1..wanted_line(&message).len()).collect();
    let meaning = "Bytes are bytes: do not decode them. They may be no text, and a cut \
                   can go through a character.";
    read(codec, &[message], &places, meaning)
}

fn no_escape(codec: Codec, exam: &mut Exam) -> Verdict {
    for wrong in [letters(exam, 1)[0], b'\n', b'N'] {
        let line = [&letters(exam, 3)[..], &[b'\\', wrong], b"\n"].concat();
        let mut take = (codec.lines)();
        if let Ok(came) = take(&line) {
            let seen = format!("Ok came back: {came:02x?}.");
            let finding = Finding::new(How::Other, seen).meaning(
                "No sender writes a backslash before anything else than an n or a \
                 backslash. Return an error.",
            );
            return Err(finding.after_sending(&line).into());
        }
    }
    Ok(())
}

fn limit(codec: Codec, exam: &mut Exam) -> Verdict {
    // Twice as many bytes on the wire, and allowed.
    let longest = made_of(exam, b"\\\n", MAX);
    let meaning = "A message of 65,536 bytes is allowed, however many of them are \
                   escaped.";
    read(codec, &[longest], &[], meaning)?;

    let mut take = (codec.lines)();
    let line = letters(exam, MAX + 1);
    let (allowed, last) = line.split_at(MAX);
    for piece in allowed.chunks(1000) {
        if let Err(e) = take(piece) {
            return Err(failed(&format!(
                "65,536 bytes are allowed, and: {e}."
            )));
        }
    }
    if take(last).is_err() {
        return Ok(());
    }
    let seen = "65,537 bytes came without a newline, and no error.";
    Err(Finding::new(How::Other, seen).into()).when(
        How::Other,
        "A peer that never sends a newline would fill your memory: set a limit to what \
         you keep.",
    )
}
