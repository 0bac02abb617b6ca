//! A connection as both ends use it: what is written leaves together, what is read comes
//! through a buffer, and no read waits longer than it is allowed to.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use common::trace::{TcpStream, ok_if_shut};
use socket2::{SockRef, TcpKeepalive};

use crate::digest::BUFFER;

pub struct Stream {
    /// A header and a small file are often here with one `read()`: what is not asked for
    /// yet waits in the buffer.
    reads: BufReader<InTime>,
    /// What is written waits here for `flush()`: then it is one `write()`. If that fails,
    /// it stays here.
    unsent: Vec<u8>,
}

impl Stream {
    pub fn new(socket: TcpStream) -> Self {
        let reads = InTime { socket, left: None, told: None };
        Self { reads: BufReader::new(reads), unsent: Vec::new() }
    }

    /// What comes. All that is read of it now may take this long together; `None`: no
    /// matter how long.
    pub fn within(&mut self, time: Option<Duration>) -> &mut impl BufRead {
        self.reads.get_mut().left = time;
        &mut self.reads
    }

    pub fn socket(&self) -> &TcpStream {
        &self.reads.get_ref().socket
    }

    /// Sets what both ends want: `nodelay`, and no wait for the peer without end.
    pub fn set_up(&self, nodelay: bool, timeout: Duration) -> io::Result<()> {
        // With Nagle's algorithm a second write would wait until the first is
        // acknowledged, and the other end delays that: 44 ms for each file.
        self.socket().set_nodelay(nodelay)?;
        self.socket().set_write_timeout(Some(timeout))?;
        // A laptop that is shut or a cable that is pulled says no goodbye: a `read()`
        // without a timeout would wait until the server is restarted. So the system asks
        // whether the peer is still there, after a minute and then every 15 seconds.
        let keepalive = TcpKeepalive::new()
            .with_time(Duration::from_secs(60))
            .with_interval(Duration::from_secs(15));
        let socket = SockRef::from(self.socket().untraced());
        ok_if_shut(socket.set_tcp_keepalive(&keepalive))
    }

    /// Is something here that was not asked for?
    pub fn has_more(&self) -> bool {
        !self.reads.buffer().is_empty()
    }

    /// Has something not been sent, or only a part of it? Then nothing can follow it.
    pub fn has_unsent(&self) -> bool {
        !self.unsent.is_empty()
    }

    /// Has the peer said no goodbye yet, as far as one can see without waiting? What it
    /// has sent is read into the buffer, as far as that holds it: a goodbye comes behind.
    pub fn is_open(&mut self) -> bool {
        let nonblocking = self.socket().untraced().set_nonblocking(true);
        // peek() leaves in the stream what it has seen.
        let mut next = nonblocking.and_then(|()| self.socket().peek(&mut [0]));
        if matches!(next, Ok(1)) && !self.has_more() {
            let _ = self.within(None).fill_buf(); // if it fails: seen behind it
            next = self.socket().peek(&mut [0]);
        }
        let blocking = self.socket().untraced().set_nonblocking(false);
        blocking.is_ok()
            && match next {
                Ok(n) => n > 0, // 0 bytes: the end of the stream
                // Nothing has come. (TimedOut: the peer is silent, and is given up.)
                Err(e) => e.kind() == ErrorKind::WouldBlock,
            }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.unsent.len() + bytes.len() > BUFFER {
            self.flush()?;
        }
        self.unsent.try_reserve(bytes.len())?;
        self.unsent.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket().write_all(&self.unsent)?;
        self.unsent = Vec::new();
        Ok(())
    }
}

/// Reads that all have to be done within one time.
///
/// The read timeout of a socket is for one `read()`: a peer that sends a byte every now
/// and then never meets it. So each read gets the time that is left.
struct InTime {
    socket: TcpStream,
    left: Option<Duration>,
    /// The timeout that the socket has.
    told: Option<Duration>,
}

impl Read for InTime {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left.is_some_and(|left| left.is_zero()) {
            return Err(ErrorKind::TimedOut.into());
        }
        if self.left != self.told {
            self.socket.set_read_timeout(self.left)?;
            self.told = self.left;
        }
        let began = Instant::now();
        let result = self.socket.read(buffer);
        self.left = self.left.map(|left| left.saturating_sub(began.elapsed()));
        result
    }
}
