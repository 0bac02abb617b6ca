//! Answers to `lines` that are wrong, each for another reason: ways to make a line, and
//! ways to take the pieces of a stream.

use std::io::{self, ErrorKind};
use std::mem::take;

use super::super::graders::lines::Take;
use super::super::solutions::lines::Lines;

// ---- Making a line ----

/// A newline of the message ends the line, too.
pub fn not_escaped(message: &[u8]) -> Vec<u8> {
    [message, b"\n"].concat()
}

/// Newlines are escaped, but backslashes are not. A backslash and an n of the message
/// become a newline.
pub fn backslash_not_escaped(message: &[u8]) -> Vec<u8> {
    let lines: Vec<_> = message.split(|byte| *byte == b'\n').collect();
    [&lines.join(&b"\\n"[..])[..], b"\n"].concat()
}

// ---- Taking the pieces ----

/// It takes the end of a piece for the end of a line.
pub fn each_piece() -> Take {
    Box::new(|piece| {
        let mut lines = Lines::default();
        let mut messages = lines.take(piece)?;
        if !piece.ends_with(b"\n") {
            messages.extend(lines.take(b"\n")?);
        }
        Ok(messages)
    })
}

/// It turns the escapes of each piece back, and does not see one that is cut between its
/// two characters.
pub fn escape_cut() -> Take {
    let mut lines = Lines::default();
    Box::new(move |piece| {
        let backslashes = piece.iter().rev().take_while(|b| **b == b'\\');
        if backslashes.count() % 2 == 1 {
            return Err(ErrorKind::InvalidData.into());
        }
        lines.take(piece)
    })
}

/// Two replacements, one behind the other. The second one finds what the first one has
/// made: in `\\n` an escaped backslash, and then an n.
pub fn replaced() -> Take {
    whole_lines(|line| {
        // One character for each byte, so that nothing but the escapes is changed.
        let text: String = line.iter().map(|byte| char::from(*byte)).collect();
        let text = text.replace("\\n", "\n").replace("\\\\", "\\");
        let byte = |c| u8::try_from(c).map_err(|_| ErrorKind::InvalidData);
        Ok(text.chars().map(byte).collect::<Result<_, _>>()?)
    })
}

/// Each piece is made text. Bytes that are no text are replaced, and so is a character
/// that a cut goes through.
pub fn text() -> Take {
    let mut lines = Lines::default();
    Box::new(move |piece| lines.take(String::from_utf8_lossy(piece).as_bytes()))
}

/// Empty lines are left out. An empty message is a message.
pub fn no_empty_message() -> Take {
    let mut lines = Lines::default();
    Box::new(move |piece| {
        let mut messages = lines.take(piece)?;
        messages.retain(|message| !message.is_empty());
        Ok(messages)
    })
}

/// It collects a line that never ends, as long as there is memory.
pub fn without_a_limit() -> Take {
    whole_lines(|line| {
        let whole = Lines::default().take(&[line, b"\n"].concat())?;
        Ok(whole.concat())
    })
}

/// A line with a backslash before anything else is left as it is. So two streams mean the
/// same, and a mistake of the sender is not seen.
pub fn any_escape() -> Take {
    whole_lines(|line| {
        let whole = Lines::default().take(&[line, b"\n"].concat());
        Ok(whole.map_or(line.to_vec(), |messages| messages.concat()))
    })
}

/// Collects each line to its end, and makes a message of it.
fn whole_lines(message: fn(&[u8]) -> io::Result<Vec<u8>>) -> Take {
    let mut line = Vec::new();
    Box::new(move |piece| {
        let mut messages = Vec::new();
        for byte in piece {
            match byte {
                b'\n' => messages.push(message(&take(&mut line))?),
                _ => line.push(*byte),
            }
        }
        Ok(messages)
    })
}
