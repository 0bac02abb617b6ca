//! Mistakes that programs of several lessons make: a sentence says which, and is compared
//! where the mistake is made.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;

use common::frame::read_frame;

use crate::proof::{OTHER_ORDER, spin};

/// How many of this unit the mistake names, as "5 clients" does.
pub fn limit(m: &str, unit: &str) -> Option<usize> {
    m.trim_end_matches('s').strip_suffix(unit)?.trim_end().parse().ok()
}

/// What an echo makes of these bytes.
pub fn change(bytes: &[u8], m: &str) -> Vec<u8> {
    let up_to = |end: u8| bytes.split(|byte| *byte == end).next().unwrap();
    match m {
        "copies" => return bytes.to_vec(),
        "all but z" => {
            let upper = bytes.to_ascii_uppercase();
            let z = |b: &u8| if *b == b'Z' { b'z' } else { *b };
            return upper.iter().map(z).collect();
        }
        "swaps capitals" => {
            let swap = |b: &u8| b ^ (u8::from(b.is_ascii_alphabetic()) << 5);
            return bytes.iter().map(swap).collect();
        }
        "strips" => bytes.trim_ascii().to_vec(), // as the original its input
        "decodes" => {
            return String::from_utf8_lossy(bytes).to_uppercase().into();
        }
        "drops carriage returns" => {
            bytes.split(|byte| *byte == b'\r').collect::<Vec<_>>().concat()
        }
        "ends at a byte 0" => up_to(0).to_vec(), // as C's strlen
        "the first line only" => [up_to(b'\n'), b"\n"].concat(),
        "adds a newline" => [bytes, b"\n"].concat(),
        _ => bytes.to_vec(),
    }
    .to_ascii_uppercase()
}

/// The payload of the next frame; none at the end of the stream.
pub fn receive(stream: &mut TcpStream, m: &str) -> io::Result<Option<Vec<u8>>> {
    if m == "one buffer" {
        return from_one_buffer(stream);
    }
    if m == "one read for a frame" {
        let mut buffer = [0; 8192];
        let n = stream.read(&mut buffer)?;
        return read_frame(&mut &buffer[..n]).map_err(io::Error::other);
    }
    let mut prefix = part(stream, 4, m == "one read for the length")?;
    if prefix.is_empty() {
        return if m.ends_with("spins") { spin() } else { Ok(None) };
    }
    let any_length = m.starts_with("one read") || m == "believes the length";
    if prefix.len() < 4 && !any_length {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    prefix.resize(4, 0);
    if m == OTHER_ORDER {
        prefix.reverse();
    }
    let length = u32::from_be_bytes(prefix.try_into().unwrap()) as usize;
    let least = usize::from(m != "zero is a length");
    let most = limit(m, "byte").unwrap_or(65_536);
    if m != "believes the length" && !(least..=most).contains(&length) {
        return Err(ErrorKind::InvalidData.into());
    }
    let payload = part(stream, length, m == "one read for the payload")?;
    if payload.len() < length && !any_length {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(payload))
}

/// So many bytes; less at the end of the stream, or what one read returns.
fn part(
    stream: &mut TcpStream,
    length: usize,
    one_read: bool,
) -> io::Result<Vec<u8>> {
    let mut part = Vec::new();
    if one_read {
        part.resize(length, 0);
        let n = stream.read(&mut part)?;
        part.truncate(n);
    } else {
        stream.take(length as u64).read_to_end(&mut part)?;
    }
    Ok(part)
}

/// One buffer for all clients.
fn from_one_buffer(stream: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    static ALL: Mutex<Vec<u8>> = Mutex::new(Vec::new());
    let mut buffer = [0; 1024];
    loop {
        let n = stream.read(&mut buffer)?;
        let mut all = ALL.lock().unwrap();
        all.extend(&buffer[..n]);
        let mut rest = &all[..];
        if let Ok(Some(payload)) = read_frame(&mut rest) {
            *all = rest.to_vec();
            return Ok(Some(payload));
        }
        if n == 0 {
            return Ok(None);
        }
    }
}

/// Writes a frame.
pub fn send(stream: &mut TcpStream, payload: &[u8], m: &str) -> io::Result<()> {
    let length = match m {
        "counts characters" => String::from_utf8_lossy(payload).chars().count(),
        _ => payload.len(),
    };
    let mut prefix = u32::try_from(length).unwrap().to_be_bytes();
    if m == OTHER_ORDER {
        prefix.reverse();
    }
    let prefix = if m == "no length" { &[] } else { &prefix[..] };
    let end: &[u8] = if m == "a newline behind JSON" { b"\n" } else { b"" };
    write(stream, &[prefix, payload, end].concat(), m)
}

/// Writes bytes: all, or those that fit at the moment.
pub fn write(stream: &mut TcpStream, bytes: &[u8], m: &str) -> io::Result<()> {
    if m != "drops what does not fit" {
        return stream.write_all(bytes);
    }
    stream.set_nonblocking(true)?;
    let _ = stream.write(bytes);
    stream.set_nonblocking(false)
}

/// A digest, as headers have it.
pub fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
