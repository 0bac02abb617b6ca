//! Grades `one_pass`: what `send` writes, and what `receive` believes.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::rc::Rc;

use anyhow::Result;
use grade::exercise::failed;
use grade::{Exam, Step, Verdict};
use md5::{Digest, Md5};
use testing::frames::{frame, read_frame};

/// The two functions, as the grader calls them, and as they are measured.
#[derive(Clone, Copy)]
pub struct Answer {
    pub send: fn(&mut Sink, &str, u64, &mut Source) -> Result<()>,
    pub receive: fn(&mut Source, &mut Sink) -> Result<()>,
    pub send_file: fn(&mut TcpStream, &str, u64, &mut File) -> Result<()>,
    pub receive_file: fn(&mut TcpStream, &mut File) -> Result<()>,
}

/// Both functions of a module, each for both kinds of streams.
#[macro_export]
macro_rules! answer {
    ($($module:ident)::+) => {
        graders::one_pass::Answer {
            send: $($module)::+::send,
            receive: $($module)::+::receive,
            send_file: $($module)::+::send,
            receive_file: $($module)::+::receive,
        }
    };
}

/// How much may be held between a read and the write of it.
const MOST: usize = 1 << 20;

/// What goes through an answer.
#[derive(Default)]
struct Flow {
    read: usize,
    written: Vec<u8>,
    /// The most that had been read and not written yet.
    held: usize,
}

/// A stream to read from, which returns pieces of any length, as streams do.
pub struct Source(io::Cursor<Vec<u8>>, Rc<RefCell<Flow>>);

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = fastrand::usize(1..100_000).min(buffer.len());
        let n = self.0.read(&mut buffer[..most])?;
        let mut flow = self.1.borrow_mut();
        flow.read += n;
        flow.held = flow.held.max(flow.read.saturating_sub(flow.written.len()));
        Ok(n)
    }
}

/// A stream to write to, which takes as many bytes as it likes.
pub struct Sink(Rc<RefCell<Flow>>);

impl Write for Sink {
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
    let flow = Rc::new(RefCell::new(Flow::default()));
    let bytes = io::Cursor::new(bytes.to_vec());
    let mut source = Source(bytes, flow.clone());
    let result = act(&mut source, &mut Sink(flow.clone()));
    (result, flow.take())
}

fn md5_of(bytes: &[u8]) -> String {
    Md5::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

fn header(size: usize) -> Vec<u8> {
    let header = r#"{"status":"file","filename":"a.bin","file_size":"#;
    frame(format!("{header}{size}}}"))
}

fn trailer(md5: &str) -> Vec<u8> {
    frame(format!(r#"{{"md5":"{md5}"}}"#))
}

const WIRE: &str = "the picture at the top of the exercise";
const PIECES: &str =
    "lesson 4, \"How fast is it?\": in pieces, never all in memory";
const SIZES: [usize; 3] = [3 << 20, 0, 1];

pub fn steps() -> Vec<Step<Answer>> {
    vec![
        Step::new("send announces, sends, and adds the digest", WIRE, sends),
        Step::new("send holds a piece, never all of it", PIECES, sends_on),
        Step::new("a file that has grown is sent as announced", WIRE, grown),
        Step::new("a file that has become shorter is an error", WIRE, shorter),
        Step::new("receive writes the file, and reads no more", WIRE, receives),
        Step::new("receive holds a piece, never all of it", PIECES, holds),
        Step::new("what is not whole and right is refused", WIRE, refuses),
    ]
}

/// The step fails with these words, unless this is so.
fn demand(is_so: bool, words: impl FnOnce() -> String) -> Verdict {
    if is_so { Ok(()) } else { Err(failed(&words())) }
}

/// What `send` makes of this file, which is announced with this size.
fn sent(answer: &Answer, file: &[u8], size: usize) -> (Result<()>, Flow) {
    let send = answer.send;
    through(file, |source, sink| send(sink, "a.bin", size as u64, source))
}

/// What `receive` makes of these bytes.
fn received(answer: &Answer, bytes: &[u8]) -> (Result<()>, Flow) {
    through(bytes, |source, sink| (answer.receive)(source, sink))
}

fn sends(answer: Answer, exam: &mut Exam) -> Verdict {
    for size in SIZES {
        let file = exam.bytes(size);
        let (result, flow) = sent(&answer, &file, size);
        result.map_err(|e| {
            failed(&format!("send fails with a file of {size} bytes: {e:#}"))
        })?;
        is_reply(&file, &flow.written)?;
    }
    Ok(())
}

/// Looks at what `send` has written for these bytes.
fn is_reply(file: &[u8], written: &[u8]) -> Verdict {
    let mut rest = written;
    let text = read_frame(&mut rest);
    let json = |text: &[u8]| -> serde_json::Value {
        serde_json::from_slice(text).unwrap_or_default()
    };
    let (size, right) = (file.len(), json(&header(file.len())[4..]));
    demand(json(text.as_bytes()) == right, || {
        format!("The header is {text} instead of {right}.")
    })?;
    let (came, trailer) = rest.split_at(size.min(rest.len()));
    demand(came == file, || {
        format!(
            "The {size} bytes behind the header are not those of the file: send what \
             a read has returned, and all of it (write may take a part, write_all \
             takes all)."
        )
    })?;
    let length = trailer.len().saturating_sub(4) as u32;
    demand(trailer.starts_with(&length.to_be_bytes()), || {
        format!(
            "Behind the file come {} bytes that are not one frame; as many bytes as \
             announced have to come, and then the trailer.",
            trailer.len()
        )
    })?;
    let (came, wanted) = (&trailer[4..], self::trailer(&md5_of(file)));
    demand(came == &wanted[4..], || {
        format!(
            "The trailer of these {size} bytes is {} instead of {}: hash what a read \
             has returned, and not the whole buffer.",
            came.escape_ascii(),
            wanted[4..].escape_ascii()
        )
    })
}

fn sends_on(answer: Answer, exam: &mut Exam) -> Verdict {
    let file = exam.bytes(3 << 20);
    let held = sent(&answer, &file, file.len()).1.held;
    demand(held <= MOST, || {
        format!(
            "send has read {held} bytes of the file before it wrote them: all of that \
             is in memory, and a file can be larger. Send each piece before you read \
             the next one."
        )
    })
}

fn grown(answer: Answer, exam: &mut Exam) -> Verdict {
    let file = exam.bytes(10_000);
    let (result, Flow { written, .. }) = sent(&answer, &file, 9000);
    demand(result.is_ok(), || "A file that has grown is no error.".into())?;
    let right = written.starts_with(&[&header(9000), &file[..9000]].concat())
        && written.ends_with(&trailer(&md5_of(&file[..9000])));
    demand(right, || {
        "9000 bytes were announced, and the file has 10000 by now: send 9000, and their \
         digest. The client counts."
            .into()
    })
}

fn shorter(answer: Answer, exam: &mut Exam) -> Verdict {
    let (result, _) = sent(&answer, &exam.bytes(9000), 10_000);
    demand(result.is_err(), || {
        "10000 bytes were announced, and the file has become shorter: 9000. send \
         returned Ok, and the client takes the trailer for bytes of the file."
            .into()
    })
}

/// A right reply, with this file in it.
fn reply(file: &[u8]) -> Vec<u8> {
    [&header(file.len()), file, &trailer(&md5_of(file))].concat()
}

fn receives(answer: Answer, exam: &mut Exam) -> Verdict {
    for size in SIZES {
        let file = exam.bytes(size);
        let (reply, next) = (reply(&file), header(7));
        let bytes = [&reply[..], &next].concat();
        let (result, flow) = received(&answer, &bytes);
        result.map_err(|e| {
            let seen = "receive fails with a right file of";
            failed(&format!("{seen} {size} bytes: {e:#}"))
        })?;
        demand(flow.written == file, || {
            "receive has written other bytes.".into()
        })?;
        let left = bytes.len() - flow.read;
        demand(left == next.len(), || {
            format!(
                "Behind the trailer comes the next reply, of {} bytes; receive has left \
                 {left} of them. It reads too much: a buffer of its own takes along \
                 what lies behind.",
                next.len()
            )
        })?;
    }
    Ok(())
}

fn holds(answer: Answer, exam: &mut Exam) -> Verdict {
    let held = received(&answer, &reply(&exam.bytes(3 << 20))).1.held;
    demand(held <= MOST, || {
        format!(
            "receive has read {held} bytes before it wrote them: all of that is in \
             memory, and a file can be larger. Write each piece before you read the \
             next one."
        )
    })
}

fn refuses(answer: Answer, exam: &mut Exam) -> Verdict {
    let whole = [&header(9000)[..], &exam.bytes(9000)].concat();
    let other = [&whole[..], &trailer(&md5_of(b"another file"))].concat();
    for (bytes, meaning) in [
        (
            &other[..],
            "The trailer's digest is that of another file: compare it with that of \
             what has come.",
        ),
        (
            &whole[..],
            "The stream ended behind the file, without a trailer: nothing is verified.",
        ),
        (&whole[..whole.len() - 1], "The stream ended one byte too early."),
    ] {
        let (result, _) = received(&answer, bytes);
        demand(result.is_err(), || format!("receive returned Ok. {meaning}"))?;
    }
    Ok(())
}
