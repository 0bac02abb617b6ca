//! A connection as both ends use it: read through a buffer, and no read waits longer than
//! it is allowed to.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use common::trace::{TcpStream, ok_if_shut};
use socket2::{SockRef, TcpKeepalive};

/// A header and a small file are often here with one `read()`: what is not asked for yet
/// waits in the buffer.
pub struct Stream(BufReader<InTime>);

impl Stream {
    pub fn new(socket: TcpStream) -> Self {
        let reads = InTime { socket, time: None, began: None, told: None };
        Self(BufReader::new(reads))
    }

    /// All reads from now on may take this long together; `None`: without end.
    pub fn allow(&mut self, time: Option<Duration>) {
        let reads = self.0.get_mut();
        (reads.time, reads.began) = (time, None);
    }

    pub fn socket(&self) -> &TcpStream {
        &self.0.get_ref().socket
    }

    /// Lets the system ask a silent peer whether it is still there.
    ///
    /// When a program ends, its system closes the connection, and the other end reads
    /// that. A laptop that is shut or a cable that is pulled sends nothing, and a
    /// `read()` without a timeout would wait until the server is restarted. With this,
    /// the system sends an empty packet after a minute of silence, then every 15 seconds.
    /// When no answer comes, the `read()` fails.
    pub fn keep_alive(&self) -> io::Result<()> {
        let keepalive = TcpKeepalive::new()
            .with_time(Duration::from_secs(60))
            .with_interval(Duration::from_secs(15));
        let socket = SockRef::from(self.socket().untraced());
        ok_if_shut(socket.set_tcp_keepalive(&keepalive))
    }

    /// Is something here that was not asked for?
    pub fn has_more(&self) -> bool {
        !self.0.buffer().is_empty()
    }

    /// Has the peer said no goodbye yet, as far as one can see without waiting? What it
    /// has sent is read into the buffer, as far as that holds it: a goodbye comes behind.
    pub fn is_open(&mut self) -> bool {
        let nonblocking = self.socket().untraced().set_nonblocking(true);
        let next = nonblocking.and_then(|()| self.look_behind());
        let blocking = self.socket().untraced().set_nonblocking(false);
        match next {
            Ok(n) => n > 0 && blocking.is_ok(), // 0 bytes: the end of the stream
            Err(e) => e.kind() == ErrorKind::WouldBlock && blocking.is_ok(),
        }
    }

    fn look_behind(&mut self) -> io::Result<usize> {
        // peek() leaves in the stream what it has seen.
        let next = self.socket().peek(&mut [0])?;
        if next == 0 || self.has_more() {
            return Ok(next);
        }
        self.allow(None);
        self.fill_buf()?;
        self.socket().peek(&mut [0])
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl BufRead for Stream {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        self.0.consume(n);
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.socket().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(()) // nothing is held back here
    }
}

/// Reads that all have to be done within one time.
///
/// The read timeout of a socket is for one `read()`: a peer that sends a byte every now
/// and then never meets it. So each read gets the time that is left.
struct InTime {
    socket: TcpStream,
    time: Option<Duration>,
    /// When the first of these reads began.
    began: Option<Instant>,
    /// The timeout that the socket has.
    told: Option<Duration>,
}

impl Read for InTime {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // The first one gets all of it: mostly that is what the socket has been told.
        let gone = self.began.map_or(Duration::ZERO, |began| began.elapsed());
        self.began.get_or_insert_with(Instant::now);
        let left = self.time.map(|time| time.saturating_sub(gone));
        if left.is_some_and(|left| left.is_zero()) {
            return Err(ErrorKind::TimedOut.into());
        }
        if left != self.told {
            self.socket.set_read_timeout(left)?;
            self.told = left;
        }
        self.socket.read(buffer)
    }
}
