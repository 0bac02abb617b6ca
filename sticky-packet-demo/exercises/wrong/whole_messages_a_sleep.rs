//! Wrong: it waits before each `read`, so that everything has come. Nobody knows how long
//! that takes.
#![allow(clippy::unused_io_amount, reason = "the bug this answer is about")]

use std::io::{self, Read};
use std::thread;
use std::time::Duration;

const A_MOMENT: Duration = Duration::from_millis(10);

/// Receives one message; `None` when the sender has finished.
pub fn receive(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut prefix = [0; 4];
    thread::sleep(A_MOMENT);
    if stream.read(&mut prefix)? == 0 {
        return Ok(None);
    }
    let length = (u32::from_be_bytes(prefix) as usize).min(100_000);
    let mut message = vec![0; length];
    thread::sleep(A_MOMENT);
    stream.read(&mut message)?;
    Ok(Some(message))
}
