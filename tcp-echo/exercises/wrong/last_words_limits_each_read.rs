//! The limit is one for each read: a byte now and then makes it begin again.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

pub fn last_words(
    mut stream: TcpStream,
    message: &[u8],
    limit: Duration,
) -> io::Result<()> {
    stream.write_all(message)?;
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(limit))?;
    let mut rest = [0; 4096];
    while stream.read(&mut rest)? > 0 {}
    Ok(())
}
