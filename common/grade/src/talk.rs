//! One TCP connection of a check: sends, waits no longer than its patience, compares.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use common::trace::ok_if_shut;
use socket2::SockRef;

use crate::finding::{Finding, How, Verdict};

/// Between two pieces: long enough for a reader that waits to take the first one
/// alone. A right reader does not care, so nothing depends on it.
const PAUSE: Duration = Duration::from_millis(20);

/// The same when many pieces follow: the first few have done the work.
const SHORT_PAUSE: Duration = Duration::from_millis(3);

/// A connection, and what was sent and received on it.
pub struct Talk {
    stream: TcpStream,
    deadline: Instant,
    sent: Vec<u8>,
    came: Vec<u8>,
}

impl Talk {
    /// `TCP_NODELAY` is set, so that each piece leaves at once and alone.
    pub(crate) fn new(stream: TcpStream, deadline: Instant) -> Verdict<Self> {
        ok_if_shut(stream.set_nodelay(true))
            .and_then(|()| stream.set_nonblocking(false))
            .map_err(|e| broken("The connection cannot be used", &e))?;
        Ok(Self { stream, deadline, sent: Vec::new(), came: Vec::new() })
    }

    /// Sends all of these bytes.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> Verdict {
        self.sent.extend(bytes);
        let result = self
            .left()
            .and_then(|left| {
                ok_if_shut(self.stream.set_write_timeout(Some(left)))
            })
            .and_then(|()| self.stream.write_all(bytes));
        result.map_err(|e| {
            let seen = match how(&e) {
                How::Silence => "The other end has stopped reading.",
                _ => "The connection ended while I was still sending.",
            };
            Finding::new(how(&e), seen).after_sending(&self.sent).into()
        })
    }

    /// Sends as much as the other end takes: it may close before the end, as it
    /// is allowed to do after a mistake of mine.
    pub(crate) fn offer(&mut self, bytes: &[u8]) {
        let _refused = self.send(bytes);
    }

    /// Sends the bytes cut at these places, with a pause at each cut.
    pub(crate) fn send_cut(&mut self, bytes: &[u8], cuts: &[usize]) -> Verdict {
        let mut start = 0;
        let ends = cuts.iter().copied().chain([bytes.len()]);
        for (number, end) in ends.enumerate() {
            match number {
                0 => {}
                1..=8 => thread::sleep(PAUSE),
                _ => thread::sleep(SHORT_PAUSE),
            }
            self.send(&bytes[start..end])?;
            start = end;
        }
        Ok(())
    }

    /// Says that no more bytes follow: the other end reads an end of stream.
    pub(crate) fn half_close(&mut self) -> Verdict {
        let closed = self.stream.shutdown(Shutdown::Write);
        // On some systems this fails when the other end has reset already.
        closed.map_err(|e| {
            let seen = "The connection ended while it was still used.";
            Finding::new(how(&e), seen).after_sending(&self.sent).into()
        })
    }

    /// Reads exactly as many bytes as are wanted, and compares.
    pub(crate) fn expect(&mut self, wanted: &[u8]) -> Verdict {
        let came = self.came.len();
        let mut buffer = vec![0; 64 * 1024];
        while self.came.len() - came < wanted.len() {
            let missing = wanted.len() - (self.came.len() - came);
            let most = missing.min(buffer.len());
            let stop = match self.read(&mut buffer[..most]) {
                Ok(0) => Some(How::Ended),
                Ok(_) => None,
                Err(e) => Some(how(&e)),
            };
            let got = &self.came[came..];
            // A wrong byte is reported, whatever happened to those behind it.
            let wrong = !wanted.starts_with(got);
            if wrong || stop.is_some() {
                let how = if wrong { None } else { stop };
                let how = how.unwrap_or(How::Different);
                let finding = Finding::bytes(how, wanted, got);
                return Err(finding.after_sending(&self.sent).into());
            }
        }
        Ok(())
    }

    /// Reads to the end of the stream; nothing else may come before it.
    pub(crate) fn expect_end(&mut self) -> Verdict {
        let (came, end) = self.rest();
        if !came.is_empty() {
            let finding = Finding::bytes(How::Different, b"", &came);
            return Err(finding.after_sending(&self.sent).into());
        }
        if end == How::Silence {
            let seen = "All of the answer came, but not the end of the stream.";
            let finding = Finding::new(end, seen);
            return Err(finding.after_sending(&self.sent).into());
        }
        Ok(())
    }

    /// Everything that still comes, and whether the stream ended behind it.
    pub(crate) fn rest(&mut self) -> (Vec<u8>, How) {
        let came = self.came.len();
        let mut buffer = vec![0; 64 * 1024];
        let end = loop {
            match self.read(&mut buffer) {
                Ok(0) => break How::Ended,
                Ok(_) => {}
                Err(e) => break how(&e),
            }
        };
        (self.came[came..].to_vec(), end)
    }

    /// Sends and receives at the same time, as more than the systems' buffers
    /// hold has to be.
    pub(crate) fn exchange(&mut self, bytes: &[u8], wanted: &[u8]) -> Verdict {
        let stream = self.stream.try_clone();
        let stream = stream.map_err(|e| broken("No second handle", &e))?;
        let deadline = self.deadline;
        self.sent.extend(bytes);
        thread::scope(|scope| {
            let sending = move || {
                let Ok(mut other) = Talk::new(stream, deadline) else {
                    return;
                };
                // What went wrong shows in what comes back.
                other.offer(bytes);
            };
            let started = thread::Builder::new().spawn_scoped(scope, sending);
            started.map_err(|e| broken("No thread", &e))?;
            let verdict = self.expect(wanted);
            if verdict.is_err() {
                // Ends the sending, too, where it waits for the other end.
                let _ = self.stream.shutdown(Shutdown::Both);
            }
            verdict
        })
    }

    /// Sends until the other end takes no more, because it waits for a reader.
    pub(crate) fn fill(&mut self, bytes: &[u8]) {
        let a_while = Some(Duration::from_millis(300));
        let _ = self.stream.set_write_timeout(a_while);
        // An end that reads on and does not answer would take all of it.
        let mut left = 64 * bytes.len();
        while left > 0 && self.left().is_ok() {
            match self.stream.write(bytes) {
                Ok(n) => left = left.saturating_sub(n),
                Err(_) => return,
            }
        }
    }

    /// Waits until something has come, or the stream has ended, and leaves it there.
    pub(crate) fn wait(&mut self) {
        if let Ok(left) = self.left() {
            let _ = self.stream.set_read_timeout(Some(left));
            let _ = self.stream.peek(&mut [0]);
        }
    }

    /// Waits a moment for an answer; most programs give one at once, and those that
    /// wait for more are not disturbed.
    pub(crate) fn pause(&mut self) {
        let _ = self.stream.set_read_timeout(Some(PAUSE));
        let _ = self.stream.peek(&mut [0]);
    }

    /// Leaves as a program does that has crashed: the other end gets a reset.
    pub(crate) fn reset(self) {
        let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
    }

    /// What was sent so far.
    pub(crate) fn sent(&self) -> &[u8] {
        &self.sent
    }

    /// What is left of the patience; an error when nothing is.
    fn left(&self) -> io::Result<Duration> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(left) }
    }
}

/// Reads what there is, and waits no longer than the patience.
impl Read for Talk {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let left = self.left()?;
            ok_if_shut(self.stream.set_read_timeout(Some(left)))?;
            match self.stream.read(buffer) {
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Ok(n) => {
                    self.came.extend(&buffer[..n]);
                    return Ok(n);
                }
                Err(e) => return Err(e),
            }
        }
    }
}

/// What an error of a socket means for a check.
pub fn how(e: &io::Error) -> How {
    match e.kind() {
        // A timeout is the one on Unix and the other on Windows.
        ErrorKind::WouldBlock | ErrorKind::TimedOut => How::Silence,
        _ => How::Ended,
    }
}

/// The grader's own machine does not do as it should.
fn broken(what: &str, e: &io::Error) -> Finding {
    Finding::new(How::Other, format!("{what}: {e}."))
}
