//! Sends a file's bytes without reading them into this program: Linux has a call for
//! that, `sendfile`.
//!
//! A loop of `read()` and `write()` copies each byte twice: out of the system's memory
//! into ours, and back. `sendfile` gives the socket the pages of the file themselves. So
//! somebody who writes into the file can still change bytes that count as sent. That is
//! why std's `io::copy` does not use it for a socket; here the client finds it, by the
//! digest.

use std::fs::File;
use std::io;

use common::trace::TcpStream;

/// Sends the next bytes of the file, `most` at most, and returns how many that were.
///
/// Where these are fewer, a loop has to go on with the file from where it is now: the
/// file has become shorter, or the system cannot do this with it (some file systems
/// refuse it, and other systems than Linux have other calls). Of a traced stream the
/// bytes are shown, so they have to come through this program, and none are sent here.
///
/// # Errors
///
/// Those of the connection. An error of the file is left to the loop: that meets it
/// again, and knows that it was the file.
pub fn send(stream: &TcpStream, file: &File, most: u64) -> io::Result<u64> {
    if stream.is_traced() {
        return Ok(0);
    }
    pages(stream, file, most)
}

#[cfg(not(target_os = "linux"))]
fn pages(_stream: &TcpStream, _file: &File, _most: u64) -> io::Result<u64> {
    Ok(0)
}

#[cfg(target_os = "linux")]
fn pages(stream: &TcpStream, file: &File, most: u64) -> io::Result<u64> {
    use rustix::fs::sendfile;
    use rustix::io::Errno;

    /// How many bytes one call may move. More at a time is no faster.
    const CALL: u64 = 1 << 20;

    let mut sent = 0;
    while sent < most {
        let piece = (most - sent).min(CALL) as usize;
        // The call advances the file by what it returns, also when the write timeout
        // of the stream or a signal has cut it short.
        match sendfile(stream.untraced(), file, None, piece) {
            Ok(0) => break, // the file is not as long any more
            Ok(n) => sent += n as u64,
            Err(Errno::INTR) => {} // a signal: nothing has moved
            // AGAIN: nobody has read for the whole timeout.
            Err(e @ (Errno::AGAIN | Errno::PIPE | Errno::CONNRESET)) => {
                return Err(e.into());
            }
            Err(_) => break,
        }
    }
    Ok(sent)
}
