//! Gives the client time, and reads nothing: what it has sent is still unread then.

use std::io::{self, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

pub fn last_words(
    mut stream: TcpStream,
    message: &[u8],
    limit: Duration,
) -> io::Result<()> {
    stream.write_all(message)?;
    stream.shutdown(Shutdown::Write)?;
    thread::sleep(limit.min(Duration::from_millis(200)));
    Ok(())
}
