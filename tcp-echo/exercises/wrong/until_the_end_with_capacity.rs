//! Reads into a `Vec` that has a capacity and no length: there is no room in it.

use std::io::{self, Read, Write};
use std::net::TcpStream;

pub fn until_the_end(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(1024);
    loop {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        stream.write_all(&buffer[..n].to_ascii_uppercase())?;
    }
}
