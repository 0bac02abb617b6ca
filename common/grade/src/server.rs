//! A server that is graded: where it is, how long to wait for it, and what to send it.

use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::share::SharedFolder;

/// How much longer than its patience a whole check may take, when something goes on
/// coming: a slow program is not a wrong one, and megabytes take it long.
const PACE: u32 = 36;

/// No grading takes longer.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A server that is to be graded.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub addr: SocketAddr,
    /// Does it speak UDP, and not TCP?
    pub(crate) udp: bool,
    /// How long it may be silent where it should say something.
    pub patience: Duration,
    /// What decides lengths, bytes and cuts.
    pub seed: u64,
    /// The folder that it shares, where the grader has filled it.
    pub(crate) folder: Option<SharedFolder>,
    /// Its process, where grade has started it.
    pub(crate) pid: Option<u32>,
    /// Its port is needed again: no connection may leave it waiting (TIME_WAIT).
    pub(crate) port_is_needed: bool,
    /// It wants the length of a frame with its lowest byte first: a check has found that.
    pub(crate) lowest_first: bool,
    /// A connection that proved that the server has started. It is the first check's: a
    /// server that is not written well may not survive one that says nothing.
    pub(crate) first: Option<TcpStream>,
    /// When the whole grading has to end.
    pub(crate) until: Instant,
    pub(crate) random: fastrand::Rng,
    /// When the check has to end, whatever still comes.
    pub(crate) deadline: Instant,
}

impl Server {
    /// A server that listens at this address, with the patience for a slow machine.
    pub fn at(addr: SocketAddr) -> Self {
        Self {
            addr,
            udp: false,
            patience: Duration::from_secs(20),
            seed: fastrand::u64(0..1_000_000),
            folder: None,
            pid: None,
            port_is_needed: false,
            lowest_first: false,
            first: None,
            until: Instant::now() + DAY,
            random: fastrand::Rng::new(),
            deadline: Instant::now(),
        }
    }

    /// The same with another patience.
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The same, and it shares what the grader has put into this folder.
    pub fn sharing(self, folder: &SharedFolder) -> Self {
        Self { folder: Some(folder.clone()), ..self }
    }

    /// Begins a check: what is sent is decided by this, and the time is counted.
    pub(crate) fn begin(&mut self, seed: u64) {
        self.random = fastrand::Rng::with_seed(seed);
        self.deadline = self.until.min(Instant::now() + self.patience * PACE);
    }

    /// Lower-case letters: what they become shows whether they were upper-cased. Of many
    /// it is the same prime number again and again, so that each gap shows.
    pub(crate) fn letters(&mut self, length: usize) -> Vec<u8> {
        let some = (0..length.min(8191)).map(|_| self.random.u8(b'a'..=b'z'));
        let some: Vec<u8> = some.collect();
        let mut all = some.repeat(length / 8191 + 1);
        all.truncate(length);
        all
    }

    /// A line of about twelve letters, with its newline.
    pub(crate) fn line(&mut self) -> Vec<u8> {
        let length = self.random.usize(8..16);
        let mut line = self.letters(length);
        line.push(b'\n');
        line
    }

    /// Every letter once, in a random order.
    pub(crate) fn alphabet(&mut self) -> Vec<u8> {
        let mut letters: Vec<u8> = (b'a'..=b'z').collect();
        self.random.shuffle(&mut letters);
        letters
    }

    /// All 256 bytes in a random order, the newline last: no text in any encoding.
    pub(crate) fn no_text(&mut self) -> Vec<u8> {
        let mut bytes: Vec<u8> = (0..=255).filter(|b| *b != b'\n').collect();
        self.random.shuffle(&mut bytes);
        bytes.push(b'\n');
        bytes
    }
}

/// Text of several scripts. What a language's own `upper()` makes of its letters has
/// other bytes, and sometimes more of them.
pub const SCRIPTS: &[u8] = "straße é ǰ ﬁ 粘包 name".as_bytes();
