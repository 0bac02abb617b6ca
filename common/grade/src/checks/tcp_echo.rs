//! The checks of a server of lesson 1, with one client: from a line to megabytes.

use super::clients::{Question, answered, closes, reads_late, says_nothing};
use super::places::{
    BYTES, CAPITALS, CLOSE, NO_TEXT, NOBODY_READS, NUL, UPPER,
};
use crate::check::{Check, server};
use crate::finding::How::{Different, Ended, Silence};
use crate::finding::{Meaning, Verdict, failed};
use crate::server::{SCRIPTS, Server};
use crate::tcp_probe::TcpProbe;

const LINE: &str =
    "lesson 1, step 2 of its tour: a message, and its echo in upper case";
const LOOP: &str = "lesson 1, \"How it works\": one turn for each piece";
const STREAM: &str =
    "lesson 1, step 4 of its tour: a stream of bytes, not of messages";

/// What tells most about a program stands first. One that is about the newline, about
/// capitals or about other bytes than letters says so; the others do not look at them.
#[rustfmt::skip] // a check reads as a paragraph
pub const CHECKS: &[Check] = &[
    server("answer", "a line is answered", |server| {
        let line = server.line();
        one_line(server, &line, TcpProbe::ask_letters)
    }).see(LINE).basis(),
    server("close", "a client that closes ends its own connection only",
        |server| closes(server, line)).see(CLOSE).points(5),
    server("line", "a line comes back in upper case", |server| {
        let line = [server.alphabet(), b"\n".to_vec()].concat();
        one_line(server, &line, TcpProbe::ask)
    }).see(LINE).points(3),
    server("two-lines", "two lines, one after the other, are both answered", |server| {
        let mut probe = answered(server, line)?;
        probe.ask_letters(&server.line())
            .when(Different, "Other bytes came behind the first answer: send back the \
                bytes that a read has returned, and not the whole buffer.")
            .explain("A connection is good for more than one answer: read in a loop, and \
                leave it when a read returns 0 bytes.")
    }).see(LOOP).points(8),
    server("no-newline", "an answer does not wait for a newline", |server| {
        server.connect()?.ask_letters(&server.letters(5)).explain("These bytes end \
            without a newline, and the server waits for one. Send back what has come.")
    }).see(STREAM).points(2),
    server("empty-line", "an empty line is one byte, and comes back", |server| {
        let mut probe = server.connect()?;
        probe.ask(b"\n")
            .when(Ended, "An empty line is not the end: a read of 0 bytes is. Do not \
                strip what you test for being empty.")
            .explain("A newline is a byte, too: do not strip it.")?;
        probe.ask(&server.line())
            .explain("Behind the empty line only the next line was wanted: add nothing.")
    }).see("lesson 1, step 3 of its tour: an empty line is one byte long")
        .after(&["line", "two-lines"]),
    server("spaces", "spaces, tabs and the ends of lines come back as they are",
        |server| {
        server.connect()?.ask(b"  two  words,\t and a third \r\n").explain("Bytes \
            other than a to z come back as they are: the spaces at both ends of a line, \
            and the two bytes (0d 0a) that end a line on Windows. Do not strip, split or \
            join.")
    }).see(BYTES).after(&["line"]),
    server("bytes", "bytes that are not text come back, with only a to z changed",
        |server| {
        // Each on a connection of its own, which has ended before the next one comes:
        // other checks are about a second answer, and about a second client.
        let (text, bytes) = ([SCRIPTS, b"\n"].concat(), server.no_text());
        server.connect()?.ask_letters(&text).when(Different, UPPER)?;
        let mut probe = server.connect()?;
        probe.send(b"CAPITALS\n")?;
        probe.expect(b"CAPITALS").when(Different, CAPITALS)?;
        drop(probe);
        server.connect()?.ask_letters(b"before \0 behind\n").explain(NUL)?;
        server.connect()?.ask_letters(&bytes).explain(NO_TEXT)
    }).see(BYTES).after(&["close"]),
    server("one-byte", "a line that comes one byte at a time comes back whole", |server| {
        let line = server.line();
        let mut probe = server.connect()?;
        probe.send_cut(&line, 1..line.len())?;
        probe.expect(&line.to_ascii_uppercase())
            .explain("A read can return a part of a line. Do the same with each piece, \
                until a read returns 0 bytes: a to z become A to Z; add nothing.")
    }).see(STREAM).after(&["line", "two-lines"]),
    server("many-lines", "many lines in one write all come back", |server| {
        let lines: Vec<u8> = (0..7).flat_map(|_| server.line()).collect();
        server.connect()?.ask_letters(&lines).explain("One read can return several \
            lines: answer all that it has returned.")
    }).see(STREAM),
    server("3000-bytes", "3000 bytes come back whole, and the next line after them",
        |server| {
        let bytes = [server.letters(3000), b"\n".to_vec()].concat();
        let mut probe = server.connect()?;
        probe.ask_letters(&bytes).when(Different, AS_IT_IS).explain("One read returns at \
            most what its buffer holds: go on reading until it returns 0 bytes.")?;
        probe.ask_letters(&server.line())
            .when(Different, "The rest of the 3000 came in place of the line.")
            .explain("The 3000 bytes came back, the next line did not.")
    }).see(STREAM).points(2).after(&["two-lines"]),
    server("megabyte", "1 MB comes back while it is still being sent", |server| {
        // 1 MB, or more where no answer comes: the systems' buffers hold less than all.
        let bytes = server.letters(16 << 20);
        let mut probe = server.connect()?;
        let mut pieces = bytes.chunks(1 << 16);
        while probe.sent.len() < 1_000_000 || probe.came.is_empty() {
            let Some(piece) = pieces.next() else {
                return failed("16 MB were read, and no answer came.", EACH_PIECE_FIRST);
            };
            if probe.send(piece).is_err() {
                break; // the answer shows why
            }
        }
        let sent = probe.sent.len().max(1_000_000);
        probe.expect_letters(&bytes[..sent])
            .when(Different, AS_IT_IS)
            .when(Silence, EACH_PIECE_FIRST)
            .explain("A stream has no longest length: keep nothing of it, answer each \
                piece, and go on. If the client does not read yet, a write waits.")
    }).see(NOBODY_READS).after(&["two-lines", "3000-bytes", "no-newline"]),
    server("late-reader", "a client that reads late gets every byte", |server| {
        reads_late(server, |server| Ok(echo(server.letters(100_000))))
    }).see(NOBODY_READS).after(&["two-lines", "no-newline", "megabyte"]),
    server("half-close",
        "a client that has finished sending gets all of its answer, then the end",
        |server| {
        let bytes = [server.letters(5000), b"\n".to_vec()].concat();
        let mut probe = server.connect()?;
        probe.send(&bytes)?;
        probe.half_close();
        probe.expect_letters(&bytes).when(Different, AS_IT_IS).explain("The client has \
            finished sending, and still reads: answer all of it, and then close.")?;
        match probe.rest() {
            (came, _) if !came.trim_ascii().is_empty() => failed(
                "More came behind the answer.",
                "The answer has as many bytes as the question."),
            (_, Silence) => failed(
                "All of the answer came, but not the end of the stream.",
                "A read of 0 bytes is the end of the stream, not an empty message: leave \
                the loop, and close the connection, in each process that has it."),
            _ => Ok(()),
        }
    }).see(CLOSE).points(2).after(&["close", "two-lines"]),
    server("silent-client", "a client that says nothing for two seconds is still served",
        |server| says_nothing(server, line)).see(LOOP).after(&["two-lines"]),
];

const EACH_PIECE_FIRST: &str = "Answer each piece before you read the next one, with \
    a call that sends all of it (in Python sendall, not send). Do not wait for a pause.";

/// What a wrong byte in a long answer means.
const AS_IT_IS: &str = "A read returns any part of the bytes that were sent: send each \
    part back as it is, all of it (in Python sendall, not send), with nothing added.";

/// A line, which has to come back.
pub fn line(server: &mut Server) -> Verdict<Question> {
    Ok(echo(server.line()))
}

/// These letters, which have to come back.
fn echo(bytes: Vec<u8>) -> Question {
    Question::new(bytes.clone(), move |probe| probe.expect_letters(&bytes))
}

/// Asks this line, and looks what an answer waits for that has not come.
#[rustfmt::skip] // as a check
fn one_line(
    server: &mut Server, line: &[u8], ask: fn(&mut TcpProbe, &[u8]) -> Verdict,
) -> Verdict {
    let mut probe = server.connect()?;
    let asked = ask(&mut probe, line);
    let came = probe.came.len();
    let mut late = || {
        probe.half_close();
        probe.rest().0
    };
    asked
        .or_else(|problem| Err(problem).explain(if came + 1 == line.len() {
            "All but the newline came. A newline is a byte, too: do not strip it."
        } else if came == 0 && late().eq_ignore_ascii_case(line) {
            "It came when I had said that no more follows: the program waits for the \
            end, or for more than this line. Send back what a read has returned, and \
            flush what you print."
        } else {
            ""
        }))
        .when(Different, "The same bytes are wanted, and no more, with a to z as A to Z.")
        .when(Ended, "Read what has come, and send it back before you close. (Or it has \
            failed: look at what your server prints.)")
        .explain("Each byte is wanted back, the newline included.")
}
