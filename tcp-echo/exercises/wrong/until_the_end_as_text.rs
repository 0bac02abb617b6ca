//! Takes the bytes for text: half a letter, or no text at all, is spoilt.

use std::io::{self, Read, Write};
use std::net::TcpStream;

pub fn until_the_end(mut stream: TcpStream) -> io::Result<()> {
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
