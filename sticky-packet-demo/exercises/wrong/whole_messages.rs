//! Answers to `whole_messages` that are wrong, each for another reason.
#![allow(clippy::unused_io_amount, reason = "the bug some of them have")]

use std::io::{self, BufReader, ErrorKind, Read};
use std::thread;
use std::time::Duration;

use super::super::solutions;

type Received = io::Result<Option<Vec<u8>>>;

/// One `read` for each part, as in `src/half_fixed.rs`.
pub fn half_fixed(stream: &mut impl Read) -> Received {
    let mut prefix = [0; 4];
    if stream.read(&mut prefix)? == 0 {
        return Ok(None);
    }
    let mut message = vec![0; length(prefix)];
    stream.read(&mut message)?;
    Ok(Some(message))
}

/// The payload is read exactly, but a single `read` must bring the whole length.
pub fn exact_payload(stream: &mut impl Read) -> Received {
    let mut prefix = [0; 4];
    if stream.read(&mut prefix)? == 0 {
        return Ok(None);
    }
    let mut message = vec![0; length(prefix)];
    stream.read_exact(&mut message)?;
    Ok(Some(message))
}

/// It waits before it reads, so that everything has come. Nobody knows how long that
/// takes.
pub fn a_sleep(stream: &mut impl Read) -> Received {
    thread::sleep(Duration::from_millis(10));
    half_fixed(stream)
}

/// A buffer in which any message has room. What lies behind the message in it is thrown
/// away.
pub fn a_bigger_buffer(stream: &mut impl Read) -> Received {
    let mut buffer = vec![0; 100_000];
    let n = stream.read(&mut buffer)?;
    if n == 0 {
        return Ok(None);
    }
    let Some((prefix, rest)) = buffer[..n].split_first_chunk() else {
        return Err(ErrorKind::UnexpectedEof.into());
    };
    Ok(Some(rest[..rest.len().min(length(*prefix))].to_vec()))
}

/// A new `BufReader` for each message. It reads as much as it can get, and what belongs
/// to the next message is dropped with it.
pub fn a_new_reader(stream: &mut impl Read) -> Received {
    solutions::whole_messages::receive(&mut BufReader::new(stream))
}

/// `Vec::with_capacity` makes room, but its length is 0, and `read_exact` fills the
/// length.
pub fn with_capacity(stream: &mut impl Read) -> Received {
    let mut prefix = [0; 4];
    if stream.read(&mut prefix)? == 0 {
        return Ok(None);
    }
    let mut message = Vec::with_capacity(length(prefix));
    stream.read_exact(&mut message)?;
    Ok(Some(message))
}

/// Every failure of `read_exact` is taken for a goodbye. If half a message is missing,
/// nobody learns it.
pub fn any_end_is_clean(stream: &mut impl Read) -> Received {
    match solutions::whole_messages::receive(stream) {
        Err(e) if e.kind() == ErrorKind::UnexpectedEof => Ok(None),
        received => received,
    }
}

/// A read of 0 bytes is the end, and not a reason to read again.
pub fn spins(stream: &mut impl Read) -> Received {
    let mut prefix = [0; 4];
    let mut filled = 0;
    while filled < prefix.len() {
        filled += stream.read(&mut prefix[filled..])?;
    }
    let mut message = vec![0; length(prefix)];
    stream.read_exact(&mut message)?;
    Ok(Some(message))
}

/// Out of step it would be gigabytes.
fn length(prefix: [u8; 4]) -> usize {
    (u32::from_be_bytes(prefix) as usize).min(100_000)
}
