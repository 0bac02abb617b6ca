//! Mistakes that programs of several lessons make: a sentence says which, and is compared
//! where the mistake is made.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;

use common::frame::{read_frame, read_until_full};

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
            return bytes.iter().copied().map(swapped).collect();
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
        "a newline for each piece" => [bytes.trim_ascii_end(), b"\n"].concat(),
        _ => bytes.to_vec(),
    }
    .to_ascii_uppercase()
}

/// As Python's `swapcase`.
fn swapped(byte: u8) -> u8 {
    if byte.is_ascii_alphabetic() { byte ^ 0x20 } else { byte }
}

/// The payload of the next frame; none at the end of the stream.
pub fn receive(stream: &mut TcpStream, m: &str) -> io::Result<Option<Vec<u8>>> {
    match m {
        "one buffer" => return from_one_buffer(stream),
        "one read for a frame" => return one_read(stream),
        _ => {}
    }
    let mut prefix = [0; 4];
    let came = match m {
        "one read for the length" => stream.read(&mut prefix)?,
        _ => read_until_full(stream, &mut prefix)?,
    };
    match came {
        0 => return Ok(None),
        1..4 if m != "one read for the length" => {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        _ => {}
    }
    if m == "lowest byte first" {
        prefix.reverse();
    }
    let length = u32::from_be_bytes(prefix) as usize;
    let allowed = match m {
        "believes the length" => 0..=usize::MAX,
        "zero is a length" => 0..=65_536,
        "8096 is the most" => 1..=8096,
        "65535 is the most" => 1..=65_535,
        "65537 is the most" => 1..=65_537,
        _ => 1..=65_536,
    };
    if !allowed.contains(&length) {
        return Err(ErrorKind::InvalidData.into());
    }
    let mut payload = Vec::new();
    if m == "believes the length" {
        stream.take(length as u64).read_to_end(&mut payload)?; // or less
        return Ok(Some(payload));
    }
    payload.resize(length, 0);
    if m == "one read for the payload" {
        let came = stream.read(&mut payload)?;
        payload.truncate(came);
    } else {
        stream.read_exact(&mut payload)?;
    }
    Ok(Some(payload))
}

fn one_read(stream: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut buffer = [0; 8192];
    let n = stream.read(&mut buffer)?;
    let length = buffer[3] as usize;
    Ok((n > 4).then(|| buffer[4..4 + length].to_vec()))
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
    if m.ends_with("lowest byte first") {
        prefix.reverse();
    }
    let prefix = if m == "no length" { &[] } else { &prefix[..] };
    write(stream, &[prefix, payload].concat(), m)
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
