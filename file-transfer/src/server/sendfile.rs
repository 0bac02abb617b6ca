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

/// Sends the next bytes of the file, `most` at most, and returns how many that were. A
/// loop has to send the others: of a stream that is traced all, because the trace shows
/// them, and on a file system that refuses this call.
///
/// # Errors
///
/// The client has not read for a whole timeout. The loop meets every other error again,
/// and knows whether it was the file's.
#[cfg(target_os = "linux")]
pub fn send(stream: &TcpStream, file: &File, most: u64) -> io::Result<u64> {
    use rustix::fs::sendfile;
    use rustix::io::{Errno, retry_on_intr};

    let mut sent = 0;
    while sent < most && !stream.is_traced() {
        let piece = (most - sent).min(1 << 20) as usize; // more is no faster
        // The call advances the file by what it returns.
        let call = || sendfile(stream.untraced(), file, None, piece);
        match retry_on_intr(call) {
            Ok(n) if n > 0 => sent += n as u64,
            Err(e @ Errno::AGAIN) => return Err(e.into()),
            _ => break,
        }
    }
    Ok(sent)
}

/// Other systems have other calls.
#[cfg(not(target_os = "linux"))]
pub fn send(_: &TcpStream, _: &File, _: u64) -> io::Result<u64> {
    Ok(0)
}
