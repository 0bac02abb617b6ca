//! Reads that all have to be done within one time.

use std::io::{self, ErrorKind, Read};
use std::time::{Duration, Instant};

use crate::trace::TcpStream;

/// Reads from a stream until its time is over.
///
/// The read timeout of a socket is for one `read()`: a peer that sends a byte every now
/// and then never meets it. This one is for all of them together: before each read the
/// socket gets the time that is left.
#[derive(Debug)]
pub struct InTime<'a> {
    stream: &'a TcpStream,
    end: Instant,
}

impl<'a> InTime<'a> {
    /// The time begins now.
    pub fn new(stream: &'a TcpStream, time: Duration) -> Self {
        Self { stream, end: Instant::now() + time }
    }
}

impl Read for InTime<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(left))?;
        let mut stream = self.stream;
        stream.read(buffer)
    }
}
