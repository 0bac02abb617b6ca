//! A reader in step with what is in front of it, so that every run shows the same.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::thread;
use std::time::{Duration, Instant};

use common::failure::{Failure, reason, timed_out};
use common::trace::{TcpListener, TcpStream, Trace};

use crate::relay::pieces::Lengths;

/// How long a call waits for bytes. They are on this machine: they come at once.
const PATIENCE: Duration = Duration::from_secs(5);

/// The end of a connection that has accepted, and the listener. It is closed last, so
/// that in a trace its `close` is not taken for the connection's.
pub type Accepted = (TcpStream, TcpListener);

/// Both ends of a new connection on this machine.
pub fn connection(
    near: &Trace,
    far: &Trace,
) -> io::Result<(TcpStream, Accepted)> {
    let listener = TcpListener::bind("127.0.0.1:0", far)?;
    let addr = listener.local_addr()?;
    let near = TcpStream::connect(&addr.into(), PATIENCE, near)?;
    let (far, _) = listener.accept()?;
    for stream in [&near, &far] {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
    }
    Ok((near, (far, listener)))
}

/// A network that delivers a stream in pieces of these lengths; when they end, the rest
/// in one piece.
pub struct Network {
    pub stream: VecDeque<u8>,
    pub lengths: Lengths,
    /// Its end of the connection to the reader.
    pub to: TcpStream,
}

impl Network {
    /// Puts the next piece on the wire, or the end of the stream, and returns its length.
    fn deliver(&mut self) -> io::Result<usize> {
        let left = self.stream.len();
        if left == 0 {
            // A second time is an error on some systems, and harmless.
            let _ = self.to.shutdown(Shutdown::Write);
            return Ok(0);
        }
        let length = self.lengths.next().unwrap_or(left).min(left);
        let piece: Vec<u8> = self.stream.drain(..length).collect();
        self.to.write_all(&piece)?;
        Ok(length)
    }
}

/// The reader's end of a connection. It calls `read()` when all that was put on the
/// wire before has arrived.
///
/// So what a `read()` returns is the same on every system and in every run. Between two
/// real programs the scheduler decides this, and most of the time it decides in favour
/// of the bug.
pub struct Lockstep {
    stream: TcpStream,
    _listener: TcpListener,
    /// How many bytes have been written, and not yet read.
    pub unread: usize,
    /// What delivers the next piece when the reader calls `read()` and has read all
    /// before: every `read()` returns one piece, or what was left of it.
    pub network: Option<Network>,
    /// Why a `read()` failed, where it was not the reader that asked for bytes that
    /// nobody sends.
    pub failure: Option<Failure>,
}

impl Lockstep {
    /// In step with a sender, who adds to [`unread`](Self::unread) what it has written.
    pub fn new((stream, _listener): Accepted) -> Self {
        Self { stream, _listener, unread: 0, network: None, failure: None }
    }

    /// How many bytes wait in the receiver's system: asked of the system itself.
    pub fn waiting(&self) -> io::Result<usize> {
        match self.unread {
            0 => Ok(0), // peek would wait for a byte
            _ => self.stream.peek(&mut vec![0; self.unread]),
        }
    }

    /// Waits until all that was written is in the receiver's system, and no longer than a
    /// read may.
    fn wait(&self) -> io::Result<()> {
        let patience = self.stream.read_timeout()?.unwrap_or(PATIENCE);
        let start = Instant::now();
        loop {
            match self.waiting() {
                Ok(n) if n == self.unread => return Ok(()),
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(_) if start.elapsed() < patience => thread::yield_now(),
                Err(e) if !timed_out(&e) => return Err(e),
                _ => return Err(no_room(self.unread).into()),
            }
        }
    }

    fn read_in_step(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let (0, Some(network)) = (self.unread, &mut self.network) {
            self.unread = network.deliver()?;
        }
        self.wait()?;
        let n = self.stream.read(buffer)?;
        self.unread = self.unread.saturating_sub(n);
        Ok(n)
    }
}

impl Read for Lockstep {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.read_in_step(buffer).map_err(|e| {
            if timed_out(&e) {
                let words = "no byte came in time"; // on every system
                return io::Error::new(ErrorKind::TimedOut, words);
            }
            let failure = e.downcast::<Failure>().unwrap_or_else(|e| {
                let what = "lost a connection on this machine";
                Failure::new(what, reason(&e), "run it once more")
            });
            self.failure = Some(failure.clone());
            failure.into()
        })
    }
}

/// What is under way does not fit: on most systems it is far less than there is room for.
pub fn no_room(bytes: usize) -> Failure {
    let what = format!("{bytes} bytes under way do not reach the reader");
    let why = "the buffers of this system are small, or it is very busy";
    Failure::new(what, why, "send less, or run it once more")
}
