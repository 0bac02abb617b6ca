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

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::io::{ErrorKind, Read, Seek, Write};
    use std::time::Duration;

    use common::trace::{TcpListener, Trace};

    use super::*;

    /// The two ends of a connection.
    fn connection() -> (TcpStream, TcpStream) {
        let trace = Trace::default();
        let listener = TcpListener::bind("127.0.0.1:0", &trace).unwrap();
        let addr = listener.local_addr().unwrap();
        let second = Duration::from_secs(1);
        let stream = TcpStream::connect(&addr.into(), second, &trace).unwrap();
        (listener.accept().unwrap().0, stream)
    }

    fn file(content: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        file.rewind().unwrap();
        file
    }

    /// What was sent, all that arrived, and what the file still has.
    fn sent(mut file: File, most: u64) -> (u64, String, String) {
        let (here, mut there) = connection();
        let sent = send(&here, &file, most).unwrap();
        drop(here);
        let (mut came, mut rest) = (String::new(), String::new());
        there.read_to_string(&mut came).unwrap();
        file.read_to_string(&mut rest).unwrap();
        (sent, came, rest)
    }

    #[test]
    fn no_more_bytes_are_sent_than_asked_for() {
        let wanted = (4, "abcd".into(), "efg".into());
        assert_eq!(sent(file(b"abcdefg"), 4), wanted);
    }

    #[test]
    fn the_bytes_start_where_the_file_is() {
        let mut file = file(b"abcdefg");
        file.read_exact(&mut [0; 2]).unwrap();
        assert_eq!(sent(file, 4), (4, "cdef".into(), "g".into()));
    }

    #[test]
    fn of_a_file_that_has_become_shorter_all_is_sent_that_there_is() {
        assert_eq!(sent(file(b"abc"), 9), (3, "abc".into(), String::new()));
    }

    #[test]
    fn an_error_of_the_file_is_left_to_the_loop() {
        let folder = tempfile::tempdir().unwrap();
        let (here, _there) = connection();
        let unreadable = File::create(folder.path().join("x")).unwrap();
        assert_eq!(send(&here, &unreadable, 9).unwrap(), 0);
        let no_file = File::open(folder.path()).unwrap();
        assert_eq!(send(&here, &no_file, 9).unwrap(), 0);
    }

    #[test]
    fn a_peer_that_does_not_read_is_given_up_after_the_timeout() {
        let file = tempfile::tempfile().unwrap();
        file.set_len(64 << 20).unwrap();
        let (here, _there) = connection();
        let time = Duration::from_millis(50);
        here.set_write_timeout(Some(time)).unwrap();
        let e = send(&here, &file, 64 << 20).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::WouldBlock);
    }

    #[test]
    fn a_peer_that_has_gone_is_an_error() {
        let file = tempfile::tempfile().unwrap();
        file.set_len(64 << 20).unwrap();
        let (here, there) = connection();
        drop(there);
        let e = send(&here, &file, 64 << 20).unwrap_err();
        let gone = [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe];
        assert!(gone.contains(&e.kind()), "{e}");
    }
}
