//! Solves `until_the_end`: `if n == 0`, and `buffer[..n]`.

use std::io::{self, Read, Write};
use std::net::TcpStream;

pub fn until_the_end(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    loop {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        stream.write_all(&buffer[..n].to_ascii_uppercase())?;
    }
}
