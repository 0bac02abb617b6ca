//! Clients that are to be graded: a program or a function that is run once a check,
//! while the check plays the server.

mod datagrams;
mod downloads;
pub mod transfer;
pub mod udp_echo;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};

use crate::finding::{Finding, How, Verdict};

/// What a client is asked to do.
#[derive(Clone, Debug)]
pub struct Task {
    /// The server's address.
    pub addr: SocketAddr,
    /// The name of the file to get.
    pub name: String,
    /// The folder to download to.
    pub dir: PathBuf,
    /// What is typed: its stdin.
    pub input: Vec<u8>,
}

/// A client that has ended, or has been ended.
#[derive(Clone, Debug, Default)]
pub struct Finished {
    /// Its stdout.
    pub output: Vec<u8>,
    /// Its stderr.
    pub errors: Vec<u8>,
    /// Did it succeed? `None` when it had not ended in time.
    pub success: Option<bool>,
    /// Why it could not be started, if it could not.
    pub not_started: Option<String>,
}

type Start = dyn Fn(&Task, Instant) -> Finished + Send + Sync;

/// A client that is to be graded.
#[derive(Clone)]
pub struct Client {
    start: Arc<Start>,
    patience: Duration,
    pub(crate) seed: u64,
}

impl Client {
    /// A client that `start` runs to its end, or ends at this instant.
    pub fn new(
        start: impl Fn(&Task, Instant) -> Finished + Send + Sync + 'static,
    ) -> Self {
        let seed = fastrand::u64(0..1_000_000);
        let patience = Duration::from_secs(20);
        Self { start: Arc::new(start), patience, seed }
    }

    /// A client that is a function; its result is what it prints, or an error.
    pub fn function<E: ToString>(
        client: impl Fn(&Task) -> Result<Vec<u8>, E> + Send + Sync + 'static,
    ) -> Self {
        Self::new(move |task, _| match client(task) {
            Ok(output) => {
                Finished { output, success: Some(true), ..Finished::default() }
            }
            Err(e) => Finished {
                errors: e.to_string().into_bytes(),
                success: Some(false),
                ..Finished::default()
            },
        })
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
}

/// One check of a client: the check is the host, the client is the guest.
pub struct Hosting {
    start: Arc<Start>,
    pub(crate) random: fastrand::Rng,
    pub(crate) deadline: Instant,
}

impl Hosting {
    pub(crate) fn of(client: &Client, seed: u64) -> Self {
        Self {
            start: client.start.clone(),
            random: fastrand::Rng::with_seed(seed),
            deadline: Instant::now() + client.patience,
        }
    }

    /// Starts the client, which runs beside the check.
    pub(crate) fn start(&self, task: Task) -> Verdict<Running> {
        let (end, ended) = mpsc::channel();
        let (start, deadline) = (self.start.clone(), self.deadline);
        let started = thread::Builder::new().spawn(move || {
            let _nobody_waits = end.send(start(&task, deadline));
        });
        started.map_err(|e| {
            Finding::new(How::Other, format!("No thread: {e}."))
        })?;
        Ok(Running { ended, finished: None, deadline })
    }

    /// Lower-case letters.
    pub(crate) fn letters(&mut self, length: usize) -> String {
        (0..length).map(|_| self.random.lowercase()).collect()
    }
}

/// A client that runs.
pub struct Running {
    ended: Receiver<Finished>,
    finished: Option<Finished>,
    deadline: Instant,
}

impl Running {
    /// Has it ended?
    pub(crate) fn is_over(&mut self) -> bool {
        if self.finished.is_some() {
            return true;
        }
        match self.ended.try_recv() {
            Ok(finished) => self.finished = Some(finished),
            Err(TryRecvError::Empty) => return false,
            // The function of a client has panicked.
            Err(TryRecvError::Disconnected) => {
                let success = Some(false);
                self.finished =
                    Some(Finished { success, ..Finished::default() });
            }
        }
        true
    }

    /// Waits for its end, as long as the patience lasts and a moment more: ending
    /// a program takes a while, too.
    pub(crate) fn finish(mut self) -> Finished {
        let last = self.deadline + Duration::from_secs(2);
        while !self.is_over() && Instant::now() < last {
            thread::sleep(Duration::from_millis(2));
        }
        self.finished.unwrap_or_default()
    }
}

impl Finished {
    /// Adds what the client has said to a finding. Of a client that could not be started
    /// there is nothing else to say.
    pub(crate) fn explain(&self, mut finding: Finding) -> Finding {
        if let Some(why) = &self.not_started {
            return Finding::new(How::NotStarted, why);
        }
        finding.more.push(match self.success {
            Some(true) => "The client ended, and reported success.".into(),
            Some(false) => "The client ended with an error.".into(),
            None => "The client had not ended, and was ended.".into(),
        });
        finding.more.extend(crate::program::last_lines("stdout", &self.output));
        finding.more.extend(crate::program::last_lines("stderr", &self.errors));
        finding
    }
}
