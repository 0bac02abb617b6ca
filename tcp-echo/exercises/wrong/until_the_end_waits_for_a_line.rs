//! Answers whole lines: what comes without a newline gets no answer.

use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;

pub fn until_the_end(mut stream: TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        stream.write_all(&line.to_ascii_uppercase())?;
        line.clear();
    }
    Ok(())
}
