//! Grades `one_pass`: what `send` writes, and what `receive` believes.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::rc::Rc;

use anyhow::Result;
use md5::{Digest, Md5};
use testing::frames::{frame, read_frame};

/// The two functions, as the grader calls them, and as they are measured.
pub struct Answer {
    pub send: fn(&mut Sink, &str, u64, &mut Source) -> Result<()>,
    pub receive: fn(&mut Source, &mut Sink) -> Result<()>,
    pub send_file: fn(&mut TcpStream, &str, u64, &mut File) -> Result<()>,
    pub receive_file: fn(&mut TcpStream, &mut File) -> Result<()>,
}

/// Both functions of a module, each for both kinds of streams.
#[macro_export]
macro_rules! answer {
    ($module:ident) => {
        $crate::graders::one_pass::Answer {
            send: $module::send,
            receive: $module::receive,
            send_file: $module::send,
            receive_file: $module::receive,
        }
    };
}

/// How much may be held between a read and the write of it.
const MOST: usize = 1 << 20;

/// What has been read, and not written yet.
#[derive(Clone, Default)]
struct Held(Rc<Cell<usize>>, Rc<Cell<usize>>);

impl Held {
    fn read(&self, n: usize) {
        self.0.set(self.0.get() + n);
        self.1.set(self.1.get().max(self.0.get()));
    }

    fn written(&self, n: usize) {
        self.0.set(self.0.get().saturating_sub(n));
    }

    /// The most that was held at a time.
    fn most(&self) -> usize {
        self.1.get()
    }
}

/// A stream to read from, which returns pieces of any length, as streams do.
pub struct Source {
    bytes: io::Cursor<Vec<u8>>,
    held: Held,
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = fastrand::usize(1..100_000).min(buffer.len());
        let n = self.bytes.read(&mut buffer[..most])?;
        self.held.read(n);
        Ok(n)
    }
}

/// A stream to write to, which takes as many bytes as it likes.
#[derive(Default)]
pub struct Sink {
    bytes: Rc<RefCell<Vec<u8>>>,
    held: Held,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = fastrand::usize(1..100_000).min(bytes.len());
        self.bytes.borrow_mut().extend(&bytes[..n]);
        self.held.written(n);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn random(size: usize) -> Vec<u8> {
    let mut bytes = vec![0; size];
    fastrand::fill(&mut bytes);
    bytes
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

/// Fails with what goes wrong first.
pub fn grade(answer: &Answer) {
    for size in [3 << 20, 0, 1] {
        sends(answer, size);
    }
    sends_no_more_than_announced(answer);
    sends_no_trailer_for_half_a_file(answer);
    for size in [3 << 20, 0, 1] {
        receives(answer, size);
    }
    refuses(answer);
}

/// What `send` returns, what it has written of this file, which is announced with this
/// size, and how much of it was held at a time.
fn sent(
    answer: &Answer,
    file: &[u8],
    size: usize,
) -> (Result<()>, Vec<u8>, usize) {
    let held = Held::default();
    let bytes = io::Cursor::new(file.to_vec());
    let mut source = Source { bytes, held: held.clone() };
    let mut sink = Sink { held: held.clone(), ..Sink::default() };
    let result = (answer.send)(&mut sink, "a.bin", size as u64, &mut source);
    let written = sink.bytes.borrow().clone();
    (result, written, held.most())
}

/// Looks at what `send` has written for these bytes.
fn expect_a_reply(file: &[u8], written: &[u8]) {
    let mut rest = written;
    let text = read_frame(&mut rest);
    let size = file.len();
    let right: serde_json::Value =
        serde_json::from_slice(&header(size)[4..]).unwrap();
    let header: serde_json::Value =
        serde_json::from_str(&text).unwrap_or_default();
    assert!(header == right, "\nThe header is {text}\ninstead of {right}");
    let (came, trailer) = rest.split_at(size.min(rest.len()));
    assert!(
        came == file,
        "\nThe {size} bytes behind the header are not those of the file: send \
         what a read has\nreturned, and all of it (write may take a part, \
         write_all takes all)."
    );
    let wanted = format!(r#"{{"md5":"{}"}}"#, md5_of(file));
    let mut rest = trailer;
    let is_frame = trailer.len() >= 4
        && u32::from_be_bytes(trailer[..4].try_into().unwrap()) as usize
            == trailer.len() - 4;
    assert!(
        is_frame,
        "\nBehind the file come {} bytes that are not one frame; as many bytes \
         as announced\nhave to come, and then the trailer.",
        trailer.len()
    );
    let came = read_frame(&mut rest);
    assert!(
        came == wanted,
        "\nThe trailer of these {size} bytes is {came}\ninstead of {wanted}: \
         hash what a read has returned, and not the whole buffer."
    );
}

fn sends(answer: &Answer, size: usize) {
    let file = random(size);
    let (result, written, most) = sent(answer, &file, size);
    if let Err(e) = result {
        panic!("\nsend fails with a file of {size} bytes: {e:#}");
    }
    expect_a_reply(&file, &written);
    assert!(
        most <= MOST,
        "\nsend has read {most} bytes of the file before it wrote them: all of \
         that is in\nmemory, and a file can be larger. Send each piece before \
         you read the next one."
    );
}

fn sends_no_more_than_announced(answer: &Answer) {
    let file = random(10_000);
    let (result, written, _) = sent(answer, &file, 9000);
    assert!(result.is_ok(), "\nA file that has grown is no error.");
    assert!(
        written.starts_with(&[&header(9000), &file[..9000]].concat())
            && written.ends_with(&trailer(&md5_of(&file[..9000]))),
        "\n9000 bytes were announced, and the file has 10000 by now: send 9000, \
         and their\ndigest. The client counts."
    );
}

fn sends_no_trailer_for_half_a_file(answer: &Answer) {
    let (result, ..) = sent(answer, &random(9000), 10_000);
    assert!(
        result.is_err(),
        "\n10000 bytes were announced, and the file has become shorter: 9000. \
         send returned Ok,\nand the client takes the trailer for bytes of the \
         file."
    );
}

/// What `receive` writes of these bytes, what it returns, and what it left unread.
fn received(answer: &Answer, bytes: Vec<u8>) -> (Result<()>, Vec<u8>, usize) {
    let held = Held::default();
    let length = bytes.len();
    let mut source =
        Source { bytes: io::Cursor::new(bytes), held: held.clone() };
    let mut sink = Sink { held: held.clone(), ..Sink::default() };
    let result = (answer.receive)(&mut source, &mut sink);
    let most = held.most();
    assert!(
        most <= MOST,
        "\nreceive has read {most} bytes before it wrote them: all of that is in \
         memory, and a\nfile can be larger. Write each piece before you read the \
         next one."
    );
    let left = length - source.bytes.position() as usize;
    let written = sink.bytes.borrow().clone();
    (result, written, left)
}

fn receives(answer: &Answer, size: usize) {
    let file = random(size);
    let reply = [&header(size), &file[..], &trailer(&md5_of(&file))].concat();
    let next = header(7);
    let (result, written, left) =
        received(answer, [&reply[..], &next].concat());
    if let Err(e) = result {
        panic!("\nreceive fails with a right file of {size} bytes: {e:#}");
    }
    assert!(written == file, "\nreceive has written other bytes.");
    assert!(
        left == next.len(),
        "\nBehind the trailer comes the next reply, of {} bytes; receive has left \
         {left} of them.\nIt reads too much: a buffer of its own takes along what \
         lies behind.",
        next.len()
    );
}

fn refuses(answer: &Answer) {
    let file = random(9000);
    let whole = [&header(9000), &file[..]].concat();
    let lies = [
        (
            [&whole[..], &trailer(&md5_of(b"another file"))].concat(),
            "The trailer's digest is that of another file: compare it with that \
             of what has come.",
        ),
        (
            whole.clone(),
            "The stream ended behind the file, without a trailer: nothing is \
             verified.",
        ),
        (
            whole[..whole.len() - 1].to_vec(),
            "The stream ended one byte too early.",
        ),
    ];
    for (bytes, meaning) in lies {
        let (result, ..) = received(answer, bytes);
        assert!(result.is_err(), "\nreceive returned Ok. {meaning}");
    }
}
