//! One TCP connection of a check: sends, waits no longer than its patience, compares.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use socket2::SockRef;

use crate::finding::{Finding, How, Verdict, broken, how};
use crate::still::{is_busy, leave, settle};

/// Between two pieces: long enough for a reader that waits to take the first one
/// alone, where nobody can tell whether it has. A right reader does not care.
const PAUSE: Duration = Duration::from_millis(20);

/// The same when many pieces follow: the first few have done the work.
const SHORT_PAUSE: Duration = Duration::from_millis(3);

/// A connection, and what was sent and received on it.
pub struct TcpProbe {
    stream: TcpStream,
    patience: Duration,
    deadline: Instant,
    /// The process at the other end, where grade has started it.
    pub(crate) pid: Option<u32>,
    /// Its port is needed again.
    pub(crate) port_is_needed: bool,
    /// The length of a frame comes with its lowest byte first.
    pub(crate) lowest_first: bool,
    /// What was sent so far.
    pub(crate) sent: Vec<u8>,
    /// What has come so far.
    pub(crate) came: Vec<u8>,
    /// How much of what came has been looked at.
    seen: usize,
}

impl TcpProbe {
    /// `TCP_NODELAY` is set, so that each piece leaves at once and alone.
    pub(crate) fn new(
        stream: TcpStream,
        patience: Duration,
        deadline: Instant,
    ) -> Self {
        let _shut_already = stream.set_nodelay(true); // macOS tells it here
        let _shut_already = stream.set_nonblocking(false);
        let (sent, came) = (Vec::new(), Vec::new());
        Self {
            stream,
            patience,
            deadline,
            pid: None,
            port_is_needed: false,
            lowest_first: false,
            sent,
            came,
            seen: 0,
        }
    }

    /// Sends all of these bytes.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> Verdict {
        self.sent.extend(bytes);
        let mut left = bytes;
        while !left.is_empty() {
            match self.wait().and_then(|wait| self.write(left, wait)) {
                Ok(n) => left = &left[n..],
                Err(e) => {
                    let seen = match how(&e) {
                        How::Silence => "The other end has stopped reading.",
                        _ => "The connection ended while I was still sending.",
                    };
                    return self.fails(Finding::new(how(&e), seen));
                }
            }
        }
        Ok(())
    }

    fn write(&mut self, bytes: &[u8], time: Duration) -> io::Result<usize> {
        let _shut_already = self.stream.set_write_timeout(Some(time));
        loop {
            match self.stream.write(bytes) {
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                written => return written,
            }
        }
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
            if number > 0 {
                let pause = if number <= 8 { PAUSE } else { SHORT_PAUSE };
                settle(self.pid, pause, || false);
            }
            self.send(&bytes[start..end])?;
            start = end;
        }
        Ok(())
    }

    /// Says that no more bytes follow: the other end reads an end of stream.
    pub(crate) fn half_close(&mut self) -> Verdict {
        // On some systems this fails when the other end has reset already.
        self.stream.shutdown(Shutdown::Write).or_else(|e| {
            let seen = "The connection ended while it was still used.";
            self.fails(Finding::new(how(&e), seen))
        })
    }

    /// Reads exactly as many bytes as are wanted, and compares.
    pub(crate) fn expect(&mut self, wanted: &[u8]) -> Verdict {
        self.compare(wanted, <[u8]>::to_vec)
    }

    /// The same for letters: capitals and white space do not count, since another check
    /// is about them.
    pub(crate) fn expect_letters(&mut self, wanted: &[u8]) -> Verdict {
        self.compare(wanted, |bytes| {
            let visible = bytes.iter().filter(|b| !b.is_ascii_whitespace());
            visible.map(u8::to_ascii_uppercase).collect()
        })?;
        // The newline is taken, too: a close with a byte unread would be a reset.
        if wanted.ends_with(b"\n") && !self.came.ends_with(b"\n") {
            self.pause();
        }
        Ok(())
    }

    /// Sends a line, and wants its letters back.
    pub(crate) fn ask(&mut self, line: &[u8]) -> Verdict {
        self.send(line)?;
        self.expect_letters(line)
    }

    fn compare(
        &mut self,
        wanted: &[u8],
        counted: fn(&[u8]) -> Vec<u8>,
    ) -> Verdict {
        let wanted = counted(wanted);
        let (mut got, mut buffer) = (Vec::new(), vec![0; 64 * 1024]);
        while got.len() < wanted.len() {
            let most = (wanted.len() - got.len()).min(buffer.len());
            let stop = match self.read(&mut buffer[..most]) {
                Ok(0) => Some(How::Ended),
                Ok(n) => {
                    got.extend(counted(&buffer[..n]));
                    None
                }
                Err(e) => Some(how(&e)),
            };
            // A wrong byte is reported, whatever happened to those behind it.
            let wrong = (!wanted.starts_with(&got)).then_some(How::Different);
            if let Some(how) = wrong.or(stop) {
                return self.fails(Finding::bytes(how, &wanted, &got));
            }
        }
        Ok(())
    }

    /// Reads to the end of the stream; nothing else may come before it.
    pub(crate) fn expect_end(&mut self) -> Verdict {
        let (came, end) = self.rest();
        if !came.is_empty() {
            self.fails(Finding::bytes(How::Different, b"", &came))
        } else if end == How::Silence {
            let seen = "The other end does not end the connection.";
            self.fails(Finding::new(end, seen))
        } else {
            Ok(())
        }
    }

    /// Everything that still comes, and whether the stream ended behind it.
    pub(crate) fn rest(&mut self) -> (Vec<u8>, How) {
        let mut came = Vec::new();
        let end = self.read_to_end(&mut came);
        (came, end.map_or_else(|e| how(&e), |_| How::Ended))
    }

    /// Sends while it receives, as more than the systems' buffers hold has to be. A late
    /// reader begins when nothing moves any more: the other end waits in its write.
    pub(crate) fn exchange(
        &mut self,
        bytes: &[u8],
        late: bool,
        mut receive: impl FnMut(&mut Self) -> Verdict,
    ) -> Verdict {
        let other = self.stream.try_clone();
        let other = other.map_err(|e| broken("no second handle", &e))?;
        let mut other = Self::new(other, self.patience, self.deadline);
        self.sent.extend(bytes);
        let (sent, patience) = (AtomicUsize::new(0), self.patience);
        thread::scope(|scope| {
            // What goes wrong shows in what comes back.
            let sending = || {
                let mut pieces = bytes.chunks(64 * 1024);
                while pieces.next().is_some_and(|p| other.send(p).is_ok()) {
                    sent.fetch_add(1, Ordering::Relaxed);
                }
            };
            let started = thread::Builder::new().spawn_scoped(scope, sending);
            started.map_err(|e| broken("no thread", &e))?;
            let moved = || sent.load(Ordering::Relaxed);
            let (mut before, latest) = (usize::MAX, Instant::now() + patience);
            while late && (moved() != before || self.is_busy(latest)) {
                before = moved();
                thread::sleep(self.stall());
            }
            let verdict = receive(self);
            if verdict.is_err() {
                // Ends the sending, too, where it waits for the other end.
                let _ = self.stream.shutdown(Shutdown::Both);
            }
            verdict
        })
    }

    /// Sends until the other end takes no more, because it waits for a reader.
    pub(crate) fn fill(&mut self, bytes: &[u8]) {
        // An end that reads on and does not answer would take all of it.
        let mut left = 64 * bytes.len();
        let latest = Instant::now() + self.patience;
        while left > 0 && self.wait().is_ok() {
            match self.write(bytes, self.stall()) {
                Ok(n) => left = left.saturating_sub(n),
                Err(_) if self.is_busy(latest) => {}
                Err(_) => return,
            }
        }
    }

    /// Waits a moment for an answer; most programs give one at once, and those that
    /// wait for more are not disturbed.
    pub(crate) fn pause(&mut self) {
        let look = Duration::from_millis(1);
        settle(self.pid, PAUSE, || self.receive(look).is_ok());
    }

    /// Leaves as a program does that has crashed: the other end gets a reset.
    pub(crate) fn reset(self) {
        let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
    }

    /// The check fails with this, and what was sent before it.
    pub(crate) fn fails<T>(&self, finding: Finding) -> Verdict<T> {
        Err(finding.after_sending(&self.sent).into())
    }

    /// What has not moved for so long is stuck, where nobody is busy.
    fn stall(&self) -> Duration {
        (self.patience / 20).max(PAUSE * 15)
    }

    /// Does the other end do something? (A right one may turn a loop all the time.)
    fn is_busy(&self, latest: Instant) -> bool {
        is_busy(self.pid) && Instant::now() < latest
    }

    /// How long the next call may wait; an error when the check has to end.
    fn wait(&self) -> io::Result<Duration> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        Ok(left.min(self.patience))
    }

    /// Takes what has come, or comes within this time.
    fn receive(&mut self, time: Duration) -> io::Result<()> {
        let _shut_already = self.stream.set_read_timeout(Some(time));
        let mut buffer = [0; 64 * 1024];
        let came = self.stream.read(&mut buffer)?;
        self.came.extend(&buffer[..came]);
        Ok(())
    }
}

/// Reads what there is, and waits no longer than the patience.
impl Read for TcpProbe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.seen == self.came.len() {
            match self.wait().and_then(|wait| self.receive(wait)) {
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
                Ok(()) => break,
            }
        }
        let came = (&self.came[self.seen..]).read(buffer)?;
        self.seen += came;
        Ok(came)
    }
}

impl Drop for TcpProbe {
    fn drop(&mut self) {
        if self.port_is_needed {
            leave(&self.stream, self.pid);
        }
    }
}
