//! Sends and reads on, but does not say that no more follows: the client waits for it.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

pub fn last_words(
    mut stream: TcpStream,
    message: &[u8],
    limit: Duration,
) -> io::Result<()> {
    stream.write_all(message)?;
    stream.set_read_timeout(Some(limit))?;
    let mut rest = [0; 4096];
    while stream.read(&mut rest)? > 0 {}
    Ok(())
}
