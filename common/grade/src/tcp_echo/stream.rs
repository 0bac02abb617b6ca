//! Lesson 1, one connection: the stream, whatever pieces it is in.

use crate::finding::{How, Meaning, Verdict};
use crate::visit::Visit;

/// What a wrong byte in a long answer means.
const AS_IT_IS: &str = "A read returns any part of the bytes that were sent: send each \
                        part back as it is, with nothing added and nothing taken away.";

pub fn line(visit: &mut Visit) -> Verdict {
    let line = visit.line();
    let mut talk = visit.connect()?;
    talk.send(&line)?;
    talk.expect(&line.to_ascii_uppercase())
        .when(How::Silence, "Each byte is wanted back, the newline included.")
        .when(
            How::Different,
            "The same bytes are wanted, with a to z as A to Z.",
        )
        .when(
            How::Ended,
            "Look at what your server prints: it may have failed.",
        )
}

pub fn two_lines(visit: &mut Visit) -> Verdict {
    let lines = [visit.line(), visit.line()];
    let mut talk = visit.connect()?;
    talk.send(&lines[0])?;
    talk.expect(&lines[0].to_ascii_uppercase())?;
    let meaning = "The first line was answered, the second one was not. A connection \
                   is good for more than one answer: read in a loop, and leave it \
                   when a read returns 0 bytes.";
    let sending = talk.send(&lines[1]);
    sending
        .and_then(|()| talk.expect(&lines[1].to_ascii_uppercase()))
        .when(How::Ended, meaning)
        .when(How::Silence, meaning)
        .when(
            How::Different,
            "Other bytes came behind the first answer: send back the bytes that a \
             read has returned, and not the whole buffer.",
        )
}

pub fn empty_line(visit: &mut Visit) -> Verdict {
    let line = visit.line();
    let mut talk = visit.connect()?;
    talk.send(b"\n")?;
    talk.expect(b"\n")
        .when(How::Silence, "A newline is a byte, too: do not strip it.")
        .when(How::Different, "A newline is a byte, too: send it as it is.")
        .when(
            How::Ended,
            "An empty line is not the end: a read of 0 bytes is. Do not strip \
             what you test for being empty.",
        )?;
    talk.send(&line)?;
    talk.expect(&line.to_ascii_uppercase())
        .when(How::Ended, "Its answer came, and then the connection ended.")
}

pub fn no_text(visit: &mut Visit) -> Verdict {
    let bytes = visit.no_text();
    let mut talk = visit.connect()?;
    talk.send(&bytes)?;
    talk.expect(&bytes.to_ascii_uppercase())
        .when(
            How::Different,
            "Change the bytes a to z, and no others: do not decode them, in no \
             encoding (in Python: data.upper() on bytes).",
        )
        .when(
            How::Ended,
            "It may have failed to decode them. The bytes of a stream need not be \
             text: change the bytes a to z, and no others.",
        )
        .when(How::Silence, "Did it fail to decode them? Bytes need no decoding.")
}

pub fn no_newline(visit: &mut Visit) -> Verdict {
    let bytes = visit.letters(5);
    let mut talk = visit.connect()?;
    talk.send(&bytes)?;
    talk.expect(&bytes.to_ascii_uppercase())
        .when(
            How::Silence,
            "These bytes end without a newline, and the server waits for one. \
             Send back what has come.",
        )
        .when(
            How::Different,
            "Add nothing to the bytes, and take nothing away.",
        )
}

pub fn one_at_a_time(visit: &mut Visit) -> Verdict {
    let line = visit.line();
    let mut talk = visit.connect()?;
    for byte in &line {
        talk.send(&[*byte])?;
        talk.pause();
    }
    talk.expect(&line.to_ascii_uppercase())
        .when(
            How::Different,
            "A read can return a part of a line. What you do for each line, you \
             do here for each piece.",
        )
        .when(
            How::Ended,
            "A read can return a part of a line: go on reading until it returns 0 \
             bytes, and close only then.",
        )
        .when(
            How::Silence,
            "A read can return a part of a line: go on reading until it returns 0 \
             bytes.",
        )
}

pub fn many_lines(visit: &mut Visit) -> Verdict {
    let lines: Vec<u8> = (0..7).flat_map(|_| visit.line()).collect();
    let mut talk = visit.connect()?;
    talk.send(&lines)?;
    talk.expect(&lines.to_ascii_uppercase())
        .when(
            How::Silence,
            "One read can return several lines: it took all of them, and the \
             server answered a part.",
        )
        .when(
            How::Ended,
            "One read can return several lines: answer all that it returned.",
        )
        .when(How::Different, "One read can return several lines.")
}

pub fn three_thousand(visit: &mut Visit) -> Verdict {
    let mut bytes = visit.letters(3000);
    bytes.push(b'\n');
    let line = visit.line();
    let mut talk = visit.connect()?;
    talk.send(&bytes)?;
    let meaning = "One read returns at most what its buffer holds: go on reading \
                   until it returns 0 bytes.";
    talk.expect(&bytes.to_ascii_uppercase())
        .when(How::Silence, meaning)
        .when(How::Ended, meaning)
        .when(How::Different, AS_IT_IS)?;
    talk.send(&line)?;
    talk.expect(&line.to_ascii_uppercase())
        .when(How::Silence, "The 3000 bytes came back, the next line did not.")
        .when(How::Ended, "The 3000 bytes came back, the next line did not.")
        .when(How::Different, "The rest of the 3000 came in place of the line.")
}

pub fn one_megabyte(visit: &mut Visit) -> Verdict {
    let bytes = visit.letters(1_000_000);
    let mut talk = visit.connect()?;
    talk.exchange(&bytes, &bytes.to_ascii_uppercase())
        .when(
            How::Silence,
            "Answer each piece before you read the next one, with a call that \
             sends all of it (in Python sendall, not send).",
        )
        .when(
            How::Ended,
            "A stream has no longest length: keep nothing of it, answer each \
             piece, and go on.",
        )
        .when(
            How::Different,
            "Some bytes are missing, doubled or added in between. A send can take \
             less than it is given (in Python sendall, not send), and a read can \
             return any part of the bytes: add nothing to it.",
        )
}

pub fn half_close(visit: &mut Visit) -> Verdict {
    let bytes = visit.letters(5000);
    let mut talk = visit.connect()?;
    talk.send(&bytes)?;
    talk.half_close()?;
    let meaning = "The client has finished sending, and still reads: answer all \
                   that it sent, and close then.";
    talk.expect(&bytes.to_ascii_uppercase())
        .when(How::Ended, meaning)
        .when(How::Silence, meaning)
        .when(How::Different, AS_IT_IS)?;
    talk.expect_end()
        .when(
            How::Silence,
            "A read of 0 bytes is the end of the stream, not an empty message: \
             leave the loop, and close the connection. Without that the loop never \
             ends.",
        )
        .when(How::Different, "The answer has as many bytes as the question.")
}
