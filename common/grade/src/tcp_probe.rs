//! One TCP connection of a check: sends, and waits no longer than its patience.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use common::connect::one_of;
use socket2::SockRef;

use crate::finding::{Finding, How, Verdict, broken, how};
use crate::server::Server;
use crate::still::{is_busy, is_late, left_until, settle, used};

/// Between two pieces: long enough for a reader that waits to take the first one
/// alone, where nobody can tell whether it has. A right reader does not care.
const PAUSE: Duration = Duration::from_millis(20);

/// The same when many pieces follow: the first few have done the work.
const SHORT_PAUSE: Duration = Duration::from_millis(3);

/// Between two looks whether something moves.
const LOOK: Duration = Duration::from_millis(1);

/// A connection, and what was sent and received on it.
pub struct TcpProbe {
    stream: TcpStream,
    patience: Duration,
    deadline: Instant,
    /// The process at the other end, where grade has started it.
    pid: Option<u32>,
    /// How long that had had a processor when this began.
    used: Duration,
    /// Its port is needed again.
    pub port_is_needed: bool,
    /// The length of a frame has come with its lowest byte first.
    pub lowest_first: bool,
    /// What was sent so far.
    pub sent: Vec<u8>,
    /// What has come so far.
    pub came: Vec<u8>,
    /// How much of what came has been looked at.
    pub seen: usize,
}

impl Server {
    /// A new connection to the server.
    pub(crate) fn connect(&mut self) -> Verdict<TcpProbe> {
        let (addr, patience) = (self.addr, self.patience);
        let first = self.first.take().map(Ok);
        let stream = first.unwrap_or_else(|| one_of(&[addr], patience));
        let stream = stream.map_err(|e| {
            let (how, seen) = match e.kind() {
                ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset => {
                    (How::Gone, format!("Nothing is listening on {addr}."))
                }
                ErrorKind::TimedOut | ErrorKind::WouldBlock => (
                    How::Silence,
                    format!("No connection to {addr}: nobody accepts it."),
                ),
                _ => return broken("no connection", &e),
            };
            Finding::new(how, seen).into()
        })?;
        let mut probe =
            TcpProbe::new(stream, patience, self.deadline, self.pid);
        probe.port_is_needed = self.port_is_needed;
        probe.lowest_first = self.lowest_first;
        Ok(probe)
    }
}

impl TcpProbe {
    /// `TCP_NODELAY` is set, so that each piece leaves at once and alone.
    pub fn new(
        stream: TcpStream,
        patience: Duration,
        deadline: Instant,
        pid: Option<u32>,
    ) -> Self {
        let _shut_already = stream.set_nodelay(true); // macOS tells it here
        let _shut_already = stream.set_nonblocking(false);
        // Else it grows with what is read, and holds what a client does not read.
        let _grows = SockRef::from(&stream).set_recv_buffer_size(1 << 17);
        Self {
            stream,
            patience,
            deadline,
            pid,
            used: used(pid),
            port_is_needed: false,
            lowest_first: false,
            sent: Vec::new(),
            came: Vec::new(),
            seen: 0,
        }
    }

    /// Sends all of these bytes, and keeps what comes meanwhile: an answer to more than
    /// the systems' buffers hold has to be read. After a mistake of the check's the other
    /// end may refuse them: it is allowed to close.
    pub fn send(&mut self, bytes: &[u8]) -> Verdict {
        let (how, seen) = match self.push(bytes, true) {
            Ok([]) => return Ok(()),
            Ok(_) => (How::Silence, "The other end has stopped reading."),
            Err(_) => (How::Ended, "The connection ended while I was sending."),
        };
        self.fails(Finding::new(how, seen))
    }

    /// Sends until the other end takes no more, because it waits for a reader; returns
    /// what is left.
    pub fn fill<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        self.push(bytes, false).unwrap_or_default()
    }

    /// Waits until the other end has done nothing for so many stalls.
    pub fn settle(&self, times: u32) {
        settle(self.pid, self.stall() * times, || false);
    }

    /// Sends until nothing has moved for the patience; when it hears nothing, until it is
    /// stuck. Returns what is left.
    fn push<'a>(
        &mut self,
        bytes: &'a [u8],
        hears: bool,
    ) -> io::Result<&'a [u8]> {
        let most = self.came.len() + 2 * bytes.len();
        let (mut left, mut moved) = (bytes, Instant::now());
        while !left.is_empty() && left_until(self.deadline).is_ok() {
            // (A right program may turn a loop all the time.)
            let late = self.is_late(moved + self.patience);
            let stuck =
                || moved.elapsed() >= self.stall() && !is_busy(self.pid);
            if late || !hears && stuck() {
                break;
            }
            let _shut_already = self.stream.set_nonblocking(true);
            let written = self.stream.write(left);
            let _shut_already = self.stream.set_nonblocking(false);
            let written = match written {
                Err(e) if how(&e) == How::Silence => 0,
                written => written?,
            };
            self.sent.extend(&left[..written]);
            left = &left[written..];
            let hears = hears && self.came.len() < most;
            let came = hears.then(|| self.receive(LOOK)); // an error shows later
            if written > 0 || matches!(came, Some(Ok(1..))) {
                moved = Instant::now();
            } else {
                thread::sleep(LOOK);
            }
        }
        Ok(left)
    }

    /// Sends the bytes cut at these places, with a pause at each cut.
    pub fn send_cut(
        &mut self,
        bytes: &[u8],
        cuts: impl IntoIterator<Item = usize>,
    ) -> Verdict {
        let mut start = 0;
        for (number, cut) in cuts.into_iter().enumerate() {
            self.send(&bytes[start..cut])?;
            let pause = if number < 8 { PAUSE } else { SHORT_PAUSE };
            settle(self.pid, pause, || false);
            start = cut;
        }
        self.send(&bytes[start..])
    }

    /// Says that no more bytes follow: the other end reads an end of stream.
    pub fn half_close(&mut self) {
        // On some systems this fails when the other end has reset already: reading will.
        let _shows_later = self.stream.shutdown(Shutdown::Write);
    }

    /// Everything that still comes, and whether the stream ended behind it.
    pub fn rest(&mut self) -> (Vec<u8>, How) {
        self.up_to(1 << 20)
    }

    /// So many bytes, or fewer where no more came, for this reason.
    pub fn up_to(&mut self, most: u64) -> (Vec<u8>, How) {
        let mut came = Vec::new();
        let end = self.take(most).read_to_end(&mut came);
        (came, end.map_or_else(|e| how(&e), |_| How::Ended))
    }

    /// Waits a moment for an answer; most programs give one at once, and those that
    /// wait for more are not disturbed.
    pub fn pause(&mut self) {
        settle(self.pid, PAUSE, || self.receive(LOOK).is_ok());
    }

    /// Leaves as a program does that has crashed: the other end gets a reset.
    /// Returns when that has done something about it: another client may come first.
    pub fn reset(self) {
        resets(&self.stream);
        let pid = self.pid;
        drop(self);
        settle(pid, PAUSE, || false);
    }

    /// The check fails with this, and what was sent before it.
    pub fn fails<T>(&self, finding: Finding) -> Verdict<T> {
        Err(finding.after_sending(&self.sent).into())
    }

    /// What has not moved for so long is stuck, where nobody is busy.
    fn stall(&self) -> Duration {
        (self.patience / 20).max(PAUSE * 15)
    }

    /// Is its patience over?
    fn is_late(&self, deadline: Instant) -> bool {
        is_late(self.pid, deadline, self.used + self.patience)
    }

    /// Takes what has come, or comes within this time.
    fn receive(&mut self, time: Duration) -> io::Result<usize> {
        let _shut_already = self.stream.set_read_timeout(Some(time));
        let mut buffer = [0; 64 * 1024];
        let came = self.stream.read(&mut buffer)?;
        self.came.extend(&buffer[..came]);
        Ok(came)
    }
}

/// Reads what there is, and waits no longer than the patience.
impl Read for TcpProbe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.seen == self.came.len() {
            let mut time = self.patience;
            let end = Instant::now() + time;
            while let Err(e) =
                self.receive(left_until(self.deadline)?.min(time))
            {
                if how(&e) != How::Silence || self.is_late(end) {
                    return Err(e);
                }
                time = LOOK;
            }
        }
        let came = (&self.came[self.seen..]).read(buffer)?;
        self.seen += came;
        Ok(came)
    }
}

/// Where the program has closed first, its port waits (TIME_WAIT) and cannot be listened
/// on again for a minute; after a reset it does not.
impl Drop for TcpProbe {
    fn drop(&mut self) {
        // A server that closes when it has answered does so about now.
        let about_now = Duration::from_millis(10);
        self.patience = LOOK;
        if self.port_is_needed
            && settle(self.pid, about_now, || self.rest().1 == How::Ended)
        {
            resets(&self.stream);
        }
    }
}

/// When this is closed, the other end gets a reset.
fn resets(stream: &TcpStream) {
    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
}
