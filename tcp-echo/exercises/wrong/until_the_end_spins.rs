//! As the original: no test for the end, so the loop reads 0 bytes again and again.

use std::io::{self, Read, Write};
use std::net::TcpStream;

pub fn until_the_end(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    loop {
        let n = stream.read(&mut buffer)?;
        stream.write_all(&buffer[..n].to_ascii_uppercase())?;
    }
}
