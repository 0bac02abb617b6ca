//! Grades `one_pass`: what `send` writes, and what `receive` believes.

use std::cell::RefCell;
use std::io::{self, Read, Write};
use std::rc::Rc;

use anyhow::{Context, Result, ensure};
use grade::exercise::failed;
use grade::{Exam, Step};
use testing::frames::{frame, read_frame};

use super::md5_of;

pub type Source = Box<dyn Read>;
pub type Sink = Box<dyn Write>;

/// The two functions, as the grader calls them, and as they are measured.
#[derive(Clone, Copy)]
pub struct Answer {
    pub send: fn(&mut Sink, &str, u64, &mut Source) -> Result<()>,
    pub receive: fn(&mut Source, &mut Sink) -> Result<()>,
}

/// How much may be held between a read and the write of it.
const MOST: usize = 1 << 20;

/// What goes through an answer.
#[derive(Default)]
struct Flow {
    input: Vec<u8>,
    read: usize,
    written: Vec<u8>,
    /// The most that had been read and not written yet.
    held: usize,
}

/// Both streams of an answer: a read returns a piece of any length, as streams do, and a
/// write takes as many bytes as it likes.
#[derive(Clone)]
struct Streams(Rc<RefCell<Flow>>);

impl Read for Streams {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut flow = self.0.borrow_mut();
        let most = fastrand::usize(1..100_000).min(buffer.len());
        let n = (&flow.input[flow.read..]).read(&mut buffer[..most])?;
        flow.read += n;
        flow.held = flow.held.max(flow.read.saturating_sub(flow.written.len()));
        Ok(n)
    }
}

impl Write for Streams {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = fastrand::usize(1..100_000).min(bytes.len());
        self.0.borrow_mut().written.extend(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Lets these bytes go through an answer.
fn through(
    bytes: &[u8],
    act: impl FnOnce(&mut Source, &mut Sink) -> Result<()>,
) -> (Result<()>, Flow) {
    let flow = Flow { input: bytes.to_vec(), ..Flow::default() };
    let streams = Streams(Rc::new(RefCell::new(flow)));
    let mut source: Source = Box::new(streams.clone());
    let mut sink: Sink = Box::new(streams.clone());
    (act(&mut source, &mut sink), streams.0.take())
}

pub fn header(size: u64) -> Vec<u8> {
    let header = r#"{"status":"file","filename":"a.bin","file_size":"#;
    frame(format!("{header}{size}}}"))
}

pub fn trailer(md5: &str) -> Vec<u8> {
    frame(format!(r#"{{"md5":"{md5}"}}"#))
}

const WIRE: &str = "the picture at the top of the exercise";
const PIECES: &str =
    "lesson 4, \"How fast, and why\": in pieces, never all in memory";
const SIZES: [usize; 3] = [2 * MOST, 0, 1];

type Grade = fn(&Answer, &mut Exam) -> Result<()>;

/// What a right answer does.
#[rustfmt::skip] // a step reads as a paragraph
const STEPS: [(&str, &str, Grade); 7] = [
    ("send announces, sends, and adds the digest", WIRE, |answer, exam| {
        for size in SIZES {
            let file = exam.bytes(size);
            let (result, flow) = sent(answer, &file, size);
            result.with_context(|| format!("send fails with a file of {size} bytes"))?;
            is_reply(&file, &flow.written)?;
        }
        Ok(())
    }),
    ("send holds a piece, never all of it", PIECES, |answer, exam| {
        let file = exam.bytes(2 * MOST);
        holds_little("send", "Send", sent(answer, &file, file.len()).1)
    }),
    ("a file that has grown is sent as announced", WIRE, |answer, exam| {
        let file = exam.bytes(10_000);
        let (result, Flow { written, .. }) = sent(answer, &file, 9000);
        result.context("A file that has grown is no error")?;
        let right = written.starts_with(&[&header(9000), &file[..9000]].concat())
            && written.ends_with(&trailer(&md5_of(&file[..9000])));
        ensure!(right, "9000 bytes were announced, and the file has 10000 by now: send \
            9000, and their digest. The client counts.");
        Ok(())
    }),
    ("a file that has become shorter is an error", WIRE, |answer, exam| {
        let (result, _) = sent(answer, &exam.bytes(9000), 10_000);
        ensure!(result.is_err(), "10000 bytes were announced, and the file has become \
            shorter: 9000. send returned Ok, and the client takes the trailer for bytes \
            of the file.");
        Ok(())
    }),
    ("receive writes the file, and reads no more", WIRE, |answer, exam| {
        for size in SIZES {
            let (file, next) = (exam.bytes(size), header(7));
            let bytes = [&reply(&file)[..], &next].concat();
            let (result, flow) = received(answer, &bytes);
            result.with_context(|| {
                format!("receive fails with a right file of {size} bytes")
            })?;
            ensure!(flow.written == file, "receive has written other bytes.");
            let [left, next] = [bytes.len() - flow.read, next.len()];
            ensure!(left == next, "The next reply, of {next} bytes, follows the \
                trailer, and receive has left {left} of them. It reads too much: a \
                buffer of its own takes them, too.");
        }
        Ok(())
    }),
    ("receive holds a piece, never all of it", PIECES, |answer, exam| {
        let bytes = reply(&exam.bytes(2 * MOST));
        holds_little("receive", "Write", received(answer, &bytes).1)
    }),
    ("a file that is not whole and right is refused", WIRE, |answer, exam| {
        let whole = [&header(9000)[..], &exam.bytes(9000)].concat();
        let other = [&whole[..], &trailer(&md5_of(b"another file"))].concat();
        for (bytes, meaning) in [
            (&other[..], "The trailer's digest is that of another file: compare it with \
                that of what has come."),
            (&whole[..], "The stream ended behind the file, without a trailer: nothing \
                is verified."),
            (&whole[..whole.len() - 1], "The stream ended one byte too early."),
        ] {
            let (result, _) = received(answer, bytes);
            ensure!(result.is_err(), "receive returned Ok. {meaning}");
        }
        Ok(())
    }),
];

pub fn steps() -> Vec<Step<Answer>> {
    let step = |(name, part, grade): (_, _, Grade)| {
        let words = |e: anyhow::Error| failed(&format!("{e:#}"));
        Step::new(name, part, move |a, exam| grade(&a, exam).map_err(words))
    };
    STEPS.map(step).into()
}

/// What `send` makes of this file, which is announced with this size.
fn sent(answer: &Answer, file: &[u8], size: usize) -> (Result<()>, Flow) {
    let send = answer.send;
    through(file, |source, sink| send(sink, "a.bin", size as u64, source))
}

/// What `receive` makes of these bytes.
fn received(answer: &Answer, bytes: &[u8]) -> (Result<()>, Flow) {
    through(bytes, answer.receive)
}

/// A right reply, with this file in it.
fn reply(file: &[u8]) -> Vec<u8> {
    [&header(file.len() as u64), file, &trailer(&md5_of(file))].concat()
}

fn holds_little(act: &str, on: &str, Flow { held, .. }: Flow) -> Result<()> {
    ensure!(
        held <= MOST,
        "{act} has read {held} bytes before it wrote them: all of that is in memory, \
         and a file can be larger. {on} each piece before you read the next one."
    );
    Ok(())
}

/// Looks at what `send` has written for these bytes.
fn is_reply(file: &[u8], written: &[u8]) -> Result<()> {
    let mut rest = written;
    let text = read_frame(&mut rest);
    let json = |text: &[u8]| -> serde_json::Value {
        serde_json::from_slice(text).unwrap_or_default()
    };
    let (size, right) = (file.len(), json(&header(file.len() as u64)[4..]));
    let is_right = json(text.as_bytes()) == right;
    ensure!(is_right, "The header is {text} instead of {right}.");
    let (came, trailer) = rest.split_at(size.min(rest.len()));
    ensure!(
        came == file,
        "The {size} bytes behind the header are not those of the file: send what a \
         read has returned, and all of it (write may take a part, write_all takes all)."
    );
    let length = trailer.len();
    let prefix = (length.saturating_sub(4) as u32).to_be_bytes();
    ensure!(
        trailer.starts_with(&prefix),
        "{length} bytes follow the file, and they are not one frame: send as many bytes \
         of the file as announced, and then the trailer."
    );
    let wanted = self::trailer(&md5_of(file));
    let [came, right] =
        [trailer, &wanted].map(|t| t[4..].escape_ascii().to_string());
    ensure!(
        came == right,
        "The trailer of these {size} bytes is {came} instead of {right}: hash what a \
         read has returned, and not the whole buffer."
    );
    Ok(())
}
