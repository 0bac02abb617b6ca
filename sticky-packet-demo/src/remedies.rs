//! What people use instead of a length. Each one works in some cases only.

use std::io::{Read, Write};
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};
use common::frame::read_until_full;
use common::trace::TcpStream;

use crate::broken;

// ---- A bigger buffer ----

pub const BIGGER: usize = 4 * broken::BUFFER;

pub fn receive_more(stream: &mut impl Read) -> Result<Option<Vec<u8>>> {
    let mut message = vec![0; BIGGER];
    let n = stream.read(&mut message)?;
    message.truncate(n);
    Ok((n > 0).then_some(message)) // Some(message), or None at the end
}

// ---- TCP_NODELAY: the system sends small writes immediately ----

pub fn send_nodelay(stream: &mut TcpStream, message: &[u8]) -> Result<()> {
    stream.set_nodelay(true)?;
    broken::send(stream, message)
}

// ---- A sleep after each write ----

pub fn send_and_sleep(stream: &mut impl Write, message: &[u8]) -> Result<()> {
    broken::send(stream, message)?;
    thread::sleep(Duration::from_millis(1));
    Ok(())
}

// ---- A newline after each message ----

pub fn send_line(stream: &mut impl Write, message: &[u8]) -> Result<()> {
    stream.write_all(&[message, b"\n"].concat())?;
    Ok(())
}

pub fn receive_line(stream: &mut impl Read) -> Result<Option<Vec<u8>>> {
    let mut message = Vec::new();
    let mut byte = [0];
    while stream.read(&mut byte)? == 1 {
        if byte[0] == b'\n' {
            return Ok(Some(message));
        }
        message.push(byte[0]);
    }
    Ok(None) // a last line without a newline is lost
}

// ---- Messages of one size, padded with zeros ----

pub const SIZE: usize = 32;

/// What is too long is cut off: there is no room for it.
pub fn send_padded(stream: &mut impl Write, message: &[u8]) -> Result<()> {
    let mut padded = message.to_vec();
    padded.resize(SIZE, 0);
    stream.write_all(&padded)?;
    Ok(())
}

pub fn receive_padded(stream: &mut impl Read) -> Result<Option<Vec<u8>>> {
    let mut message = vec![0; SIZE];
    // read_until_full() is the loop of fixed.rs; it returns how many bytes came.
    match read_until_full(stream, &mut message)? {
        0 => return Ok(None),
        SIZE => {} // all of them
        got => bail!("the stream ended after {got} of {SIZE} bytes"),
    }
    // The zeros at the end go, also those that belong to the message.
    while message.pop_if(|byte| *byte == 0).is_some() {}
    Ok(Some(message))
}
