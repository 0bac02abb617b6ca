//! A client that is graded: a program or a function that is run once a check, while the
//! check plays the server.

use std::io;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};

use crate::finding::{Finding, How, Verdict, broken};
use crate::program::last_lines;

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

type Start = dyn Fn(&Task, &AtomicBool) -> Finished + Send + Sync;

/// A client that is to be graded.
#[derive(Clone)]
pub struct Client {
    start: Arc<Start>,
    pub(crate) patience: Duration,
    pub(crate) seed: u64,
    /// Where the grader listens, when the client's command does not take an address.
    pub(crate) listen: Option<SocketAddr>,
    pub(crate) random: fastrand::Rng,
    /// An earlier check has found that the lowest byte of a length comes first.
    pub(crate) lowest_first: Arc<AtomicBool>,
    /// How long a run may take.
    time: Duration,
}

impl Client {
    /// A client that `start` runs to its end, or ends when it is told to stop.
    pub fn new(
        start: impl Fn(&Task, &AtomicBool) -> Finished + Send + Sync + 'static,
    ) -> Self {
        Self {
            start: Arc::new(start),
            patience: Duration::from_secs(20),
            seed: fastrand::u64(0..1_000_000),
            listen: None,
            random: fastrand::Rng::new(),
            lowest_first: Arc::default(),
            time: Duration::ZERO,
        }
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

    /// The same for one that has the address of its server written into it.
    pub fn asks(mut self, addr: SocketAddr) -> io::Result<Self> {
        self.listen = Some(addr);
        let free = self.udp_socket().and_then(|_| self.tcp_listener());
        let said = |e: io::Error| {
            let kind = e.kind();
            io::Error::new(kind, format!("grade cannot listen on {addr}: {e}"))
        };
        free.map_err(said).map(|_| self)
    }

    /// The same for one check: what is sent is decided by this.
    pub(crate) fn begin(&self, seed: u64) -> Self {
        let random = fastrand::Rng::with_seed(seed);
        Self { random, time: self.patience, ..self.clone() }
    }

    /// A client may be patient itself: four tries of five seconds are twenty.
    pub(crate) fn be_patient(&mut self) {
        self.time = self.patience * 2;
    }

    /// Starts the client, which runs beside the check.
    pub(crate) fn start(&self, task: Task) -> Verdict<Running> {
        let (end, ended) = mpsc::channel();
        let (start, stop) = (self.start.clone(), Arc::<AtomicBool>::default());
        let deadline = Instant::now() + self.time;
        let told = stop.clone();
        let run = move || drop(end.send(start(&task, &told)));
        let started = thread::Builder::new().spawn(run);
        started.map_err(|e| broken("no thread", &e))?;
        Ok(Running { ended, stop, finished: None, deadline })
    }

    /// A socket where the client asks.
    pub(crate) fn udp_socket(&self) -> io::Result<UdpSocket> {
        UdpSocket::bind(self.listens())
    }

    /// The same for TCP.
    pub(crate) fn tcp_listener(&self) -> io::Result<TcpListener> {
        TcpListener::bind(self.listens())
    }

    fn listens(&self) -> SocketAddr {
        self.listen.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    /// Lower-case letters.
    pub(crate) fn letters(&mut self, length: usize) -> String {
        (0..length).map(|_| self.random.lowercase()).collect()
    }
}

/// Ending a program takes a while, too.
const END: Duration = Duration::from_secs(1);

/// A client that runs.
pub struct Running {
    ended: Receiver<Finished>,
    stop: Arc<AtomicBool>,
    finished: Option<Finished>,
    pub(crate) deadline: Instant,
}

impl Running {
    /// Has it ended?
    pub(crate) fn is_over(&mut self) -> bool {
        if self.finished.is_none() {
            self.finished = match self.ended.try_recv() {
                Ok(finished) => Some(finished),
                Err(TryRecvError::Empty) => None,
                // The function of a client has panicked.
                Err(TryRecvError::Disconnected) => {
                    let success = Some(false);
                    Some(Finished { success, ..Finished::default() })
                }
            };
        }
        self.finished.is_some()
    }

    /// Waits for its end until the deadline, and ends it then.
    pub(crate) fn finish(&mut self) -> Finished {
        while !self.is_over() && Instant::now() < self.deadline + END {
            if Instant::now() > self.deadline {
                self.stop.store(true, Ordering::Relaxed);
            }
            thread::sleep(Duration::from_millis(2));
        }
        self.finished.clone().unwrap_or_default()
    }

    /// Ends it where it has not ended, and tells what it has said so far.
    pub(crate) fn end(&mut self) -> Finished {
        self.deadline = self.deadline.min(Instant::now());
        self.finish()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end(); // a program is ended at once; a function cannot be
    }
}

impl Finished {
    /// Adds what the client has said to a finding. Of a client that could not be started
    /// there is nothing else to say.
    pub(crate) fn explain(&self, mut finding: Finding) -> Finding {
        if let Some(why) = &self.not_started {
            return Finding::new(How::NotStarted, why);
        }
        let mut words = last_lines("stdout", &self.output);
        words.extend(last_lines("stderr", &self.errors));
        if self.success == Some(false) {
            let ended = "The client ended with an error.".into();
            finding.last_words.extend([ended].into_iter().chain(words));
            return finding;
        }
        finding.more.push(match self.success {
            Some(_) => "The client ended, and reported success.".into(),
            None => "The client had not ended, and was ended.".into(),
        });
        finding.more.extend(words);
        finding
    }
}
