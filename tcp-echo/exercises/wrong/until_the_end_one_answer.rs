//! One read, one answer, and no loop around them.

use std::io::{self, Read, Write};
use std::net::TcpStream;

pub fn until_the_end(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    let n = stream.read(&mut buffer)?;
    stream.write_all(&buffer[..n].to_ascii_uppercase())
}
