//! Answers to `until_the_end` that are wrong, each for another reason.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

/// As the original: no test for the end, so the loop reads 0 bytes again and again.
pub fn spins(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    loop {
        let n = stream.read(&mut buffer)?;
        stream.write_all(&buffer[..n].to_ascii_uppercase())?;
    }
}

/// Sends the whole buffer, however few bytes of it the read has filled.
pub fn whole_buffer(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    while stream.read(&mut buffer)? > 0 {
        stream.write_all(&buffer.to_ascii_uppercase())?;
    }
    Ok(())
}

/// Reads into a `Vec` that has a capacity and no length: there is no room in it.
pub fn with_capacity(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(1024);
    while stream.read(&mut buffer)? > 0 {
        stream.write_all(&buffer.to_ascii_uppercase())?;
    }
    Ok(())
}

/// One read, one answer, and no loop around them.
pub fn one_answer(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    let n = stream.read(&mut buffer)?;
    stream.write_all(&buffer[..n].to_ascii_uppercase())
}

/// Answers whole lines: what comes without a newline gets no answer.
pub fn waits_for_a_line(mut stream: TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        stream.write_all(&line.to_ascii_uppercase())?;
        line.clear();
    }
    Ok(())
}

/// Takes the bytes for text: half a letter, or no text at all, is spoilt.
pub fn as_text(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    loop {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&buffer[..n]).to_uppercase();
        stream.write_all(text.as_bytes())?;
    }
}
