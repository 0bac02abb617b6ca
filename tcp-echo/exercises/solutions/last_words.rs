//! Solves `last_words`: say that no more follows, then read what still comes, for a
//! while.

use std::io::ErrorKind::{TimedOut, WouldBlock};
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

pub fn last_words(
    mut stream: TcpStream,
    message: &[u8],
    limit: Duration,
) -> io::Result<()> {
    stream.write_all(message)?;
    stream.shutdown(Shutdown::Write)?;

    // A close with bytes unread would reset the connection: so read them. The time is
    // for all of them together, or a byte now and then would make it endless.
    let end = Instant::now() + limit;
    let mut rest = [0; 4096];
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        // macOS refuses this once both ends have finished. Then read() does not wait.
        let _ = stream.set_read_timeout(Some(left));
        match stream.read(&mut rest) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            // A timeout is the one on Unix and the other on Windows.
            Err(e) if matches!(e.kind(), WouldBlock | TimedOut) => {
                return Ok(());
            }
            Err(e) => return Err(e),
        }
    }
}
