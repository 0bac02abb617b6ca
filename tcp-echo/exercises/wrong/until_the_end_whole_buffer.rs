//! Sends the whole buffer, however few bytes of it the read has filled.

use std::io::{self, Read, Write};
use std::net::TcpStream;

pub fn until_the_end(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    while stream.read(&mut buffer)? > 0 {
        stream.write_all(&buffer.to_ascii_uppercase())?;
    }
    Ok(())
}
