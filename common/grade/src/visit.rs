//! What a check of a server gets: where it is, how long to wait, and random bytes.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::finding::{Finding, How, Verdict};
use crate::talk::Talk;

/// A server that is to be graded.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub addr: SocketAddr,
    /// How long one check may take.
    pub patience: Duration,
    /// What decides lengths, bytes and cuts.
    pub seed: u64,
    /// The folder that it shares, where it is known.
    pub folder: Option<PathBuf>,
    /// Was that folder filled by the grader?
    pub filled: bool,
    /// A connection that stands already: it proved that the server has started.
    pub(crate) first: Option<TcpStream>,
}

impl Server {
    /// A server that listens at this address, with the patience for a slow machine.
    pub fn at(addr: SocketAddr) -> Self {
        Self {
            addr,
            patience: Duration::from_secs(20),
            seed: fastrand::u64(0..1_000_000),
            folder: None,
            filled: false,
            first: None,
        }
    }

    /// The same with another patience.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// The same with a seed of one's own.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The same, and it shares this folder.
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }
}

/// The check cannot be done, for this reason.
pub(crate) fn skipped<T>(reason: impl Into<String>) -> Verdict<T> {
    Err(crate::finding::Problem::Skipped(reason.into()))
}

/// One check's visit to a server.
pub struct Visit {
    pub(crate) addr: SocketAddr,
    pub(crate) folder: Option<PathBuf>,
    pub(crate) filled: bool,
    pub(crate) random: fastrand::Rng,
    /// When the patience of this check runs out.
    pub(crate) deadline: Instant,
    first: Option<TcpStream>,
}

impl Visit {
    pub(crate) fn to(server: &mut Server, seed: u64) -> Self {
        Self {
            addr: server.addr,
            folder: server.folder.clone(),
            filled: server.filled,
            random: fastrand::Rng::with_seed(seed),
            deadline: Instant::now() + server.patience,
            first: server.first.take(),
        }
    }

    /// A new connection to the server.
    pub(crate) fn connect(&mut self) -> Verdict<Talk> {
        if let Some(stream) = self.first.take() {
            return Talk::new(stream, self.deadline);
        }
        let left = self.deadline.saturating_duration_since(Instant::now());
        let left = left.max(Duration::from_millis(1)); // 0 is an error
        match TcpStream::connect_timeout(&self.addr, left) {
            Ok(stream) => Talk::new(stream, self.deadline),
            Err(e) => Err(self.cannot_connect(&e).into()),
        }
    }

    fn cannot_connect(&self, e: &std::io::Error) -> Finding {
        let addr = self.addr;
        match e.kind() {
            ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset => {
                let seen = format!("Nothing is listening on {addr}.");
                Finding::new(How::Gone, seen)
            }
            ErrorKind::TimedOut | ErrorKind::WouldBlock => Finding::new(
                How::Silence,
                format!("No connection to {addr}: nobody accepts it."),
            ),
            _ => Finding::new(
                How::Other,
                format!("No connection to {addr}: {e}."),
            ),
        }
    }

    /// Lower-case letters: what they become shows whether they were upper-cased.
    pub(crate) fn letters(&mut self, length: usize) -> Vec<u8> {
        let mut letters = vec![0; length];
        self.random.fill(&mut letters);
        for letter in &mut letters {
            *letter = b'a' + *letter % 26;
        }
        letters
    }

    /// A line of about twelve letters, with its newline.
    pub(crate) fn line(&mut self) -> Vec<u8> {
        let length = self.random.usize(8..16);
        let mut line = self.letters(length);
        line.push(b'\n');
        line
    }

    /// All 256 bytes in a random order, and text of several scripts in between.
    pub(crate) fn no_text(&mut self) -> Vec<u8> {
        let mut bytes: Vec<u8> = (0..=255).collect();
        self.random.shuffle(&mut bytes);
        let at = self.random.usize(0..bytes.len());
        bytes.splice(at..at, "naïve straße 粘包 ﬁ".bytes());
        bytes
    }
}
