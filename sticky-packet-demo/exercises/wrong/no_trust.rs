//! Answers to `no_trust` that are wrong, each for another reason.

use std::io::{self, ErrorKind, Read};

use super::super::solutions::no_trust::{MAX, length};

type Received = io::Result<Option<Vec<u8>>>;

/// It makes room for as many bytes as the length says: four bytes of a stranger, and 4
/// GiB are gone.
pub fn what_it_says(stream: &mut impl Read) -> Received {
    behind_length(stream, |length| allow(length > 0, length))
}

/// A length of 0 becomes an empty message, which no sender means.
pub fn zero_is_a_message(stream: &mut impl Read) -> Received {
    behind_length(stream, |length| allow(length <= MAX, length))
}

/// It takes as much of a long message as is allowed, and is out of step from then on.
pub fn cuts_it(stream: &mut impl Read) -> Received {
    behind_length(stream, |length| allow(length > 0, length.min(MAX)))
}

/// The longest message is refused: `<` instead of `<=`.
pub fn one_too_few(stream: &mut impl Read) -> Received {
    behind_length(stream, |length| allow(length > 0 && length < MAX, length))
}

/// An `i32` can be negative, and is smaller than every limit then.
pub fn a_signed_length(stream: &mut impl Read) -> Received {
    behind_length(stream, |length| {
        let length = length as i32;
        allow(length != 0 && length <= MAX as i32, length as usize)
    })
}

/// A length of 0 is taken for the end of the stream.
pub fn zero_is_the_end(stream: &mut impl Read) -> Received {
    match length(stream)? {
        None | Some(0) => Ok(None),
        Some(length) => whole(stream, allow(length <= MAX, length)?),
    }
}

/// It refuses a long message politely, and reads it first, to stay in step: up to 4 GiB
/// for four bytes.
pub fn reads_it_away(stream: &mut impl Read) -> Received {
    match length(stream)? {
        Some(length) if length > MAX => {
            io::copy(&mut stream.take(length as u64), &mut io::sink())?;
            Err(ErrorKind::InvalidData.into())
        }
        Some(length) => whole(stream, allow(length > 0, length)?),
        None => Ok(None),
    }
}

/// The length is checked, but not whether so much has come: half a message is returned as
/// if it were one.
pub fn what_came(stream: &mut impl Read) -> Received {
    let Some(length) = length(stream)? else { return Ok(None) };
    let length = allow(length > 0 && length <= MAX, length)?;
    let mut message = Vec::new();
    stream.take(length as u64).read_to_end(&mut message)?;
    Ok(Some(message))
}

/// A message as long as is made of its length.
fn behind_length(
    stream: &mut impl Read,
    made: impl Fn(usize) -> io::Result<usize>,
) -> Received {
    match length(stream)? {
        Some(length) => whole(stream, made(length)?),
        None => Ok(None),
    }
}

fn allow(is_allowed: bool, length: usize) -> io::Result<usize> {
    is_allowed.then_some(length).ok_or(ErrorKind::InvalidData.into())
}

fn whole(stream: &mut impl Read, length: usize) -> Received {
    let mut message = vec![0; length];
    stream.read_exact(&mut message)?;
    Ok(Some(message))
}
