//! A client that is graded: a program or a function that is run once a check, while the
//! check plays the server.

use std::io;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};

use crate::command::{Task, Template};
use crate::finding::{Finding, How, Verdict, broken};
use crate::program::{Program, last_words};
use crate::still::is_starved;

/// A client that has ended, or has been ended.
#[derive(Clone, Debug, Default)]
pub struct Finished {
    /// Its stdout.
    pub output: Vec<u8>,
    /// Its stderr.
    pub errors: Vec<u8>,
    /// Did it succeed? `None` when it had not ended in time.
    pub success: Option<bool>,
}

/// How a client is started: as a function, or by a command.
type Start = Arc<dyn Fn(Task) -> Verdict<Run> + Send + Sync>;

/// A client that is to be graded.
#[derive(Clone)]
pub struct Client {
    start: Start,
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
    /// A client that is a function.
    pub fn new(
        client: impl Fn(&Task) -> Finished + Send + Sync + 'static,
    ) -> Self {
        let client = Arc::new(client);
        Self::started(Arc::new(move |task| {
            let (client, (end, ended)) = (client.clone(), mpsc::channel());
            let run = move || drop(end.send(client(&task)));
            let started = thread::Builder::new().spawn(run);
            started.map_err(|e| broken("no thread", &e))?;
            Ok(Run::Function(ended))
        }))
    }

    /// A client that a command starts, once for each check.
    pub fn program(template: Template) -> Self {
        Self::started(Arc::new(move |task| {
            let program = Program::start(&template, task)?;
            Ok(Run::Program(Box::new(program)))
        }))
    }

    fn started(start: Start) -> Self {
        Self {
            start,
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
        Self::new(move |task| match client(task) {
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
        let run = (self.start)(task)?;
        let (time, deadline) = (self.time, Instant::now() + FIRST);
        Ok(Running { run, time, deadline, asked: false })
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

/// A program that has not asked by then does not ask at all.
const FIRST: Duration = Duration::from_secs(10);

/// A client that runs, until it is dropped.
pub struct Running {
    run: Run,
    /// How long it may take from its first question on.
    time: Duration,
    pub(crate) deadline: Instant,
    pub(crate) asked: bool,
}

enum Run {
    Function(Receiver<Finished>),
    Program(Box<Program>),
    Over(Finished),
}

impl Running {
    /// Has it ended?
    pub(crate) fn is_over(&mut self) -> bool {
        let finished = match &mut self.run {
            Run::Over(_) => return true,
            Run::Program(program) => match program.ended() {
                Some(_) => Finished::of(program),
                None => return false,
            },
            Run::Function(ended) => match ended.try_recv() {
                Ok(finished) => finished,
                Err(TryRecvError::Empty) => return false,
                Err(TryRecvError::Disconnected) => {
                    let success = Some(false); // it has panicked
                    Finished { success, ..Finished::default() }
                }
            },
        };
        self.run = Run::Over(finished);
        true
    }

    /// Its process id, if it is a program.
    pub(crate) fn pid(&mut self) -> Option<u32> {
        match &mut self.run {
            Run::Program(program) => program.pid(),
            Run::Function(_) | Run::Over(_) => None,
        }
    }

    /// Its time begins with its first question: a language may be slow to start.
    pub(crate) fn asks(&mut self) {
        if !self.asked {
            self.asked = true;
            self.deadline = Instant::now() + self.time;
        }
    }

    /// Is its time over? A program that had to wait for a processor has more.
    pub(crate) fn is_late(&mut self) -> bool {
        let late = Instant::now().saturating_duration_since(self.deadline);
        let time = if self.asked { self.time } else { FIRST };
        !late.is_zero() && (late > time * 5 || !is_starved(self.pid(), time))
    }

    /// Waits for its end until the deadline, and ends it then. (A function cannot be
    /// ended.)
    pub(crate) fn finish(&mut self) -> Finished {
        while !self.is_over() && !self.is_late() {
            thread::sleep(Duration::from_millis(2));
        }
        self.end()
    }

    /// Ends it where it has not ended, and tells what it has said so far.
    pub(crate) fn end(&mut self) -> Finished {
        if let Run::Program(program) = &mut self.run {
            self.run = Run::Over(Finished::of(program));
        }
        match &self.run {
            Run::Over(finished) => finished.clone(),
            _ => Finished::default(),
        }
    }
}

impl Finished {
    /// Ends a program, if it has not ended, and takes what it has said.
    fn of(program: &mut Program) -> Self {
        let success = program.ended().map(|status| status.success());
        let (output, mut errors) = program.end();
        if let Some(why) = program.excess() {
            errors.extend(format!("\n{why}\n").bytes());
        }
        Self { output, errors, success }
    }

    /// The client is not right: this was seen, and this is what it means.
    pub(crate) fn fails<T>(
        &self,
        how: How,
        seen: impl Into<String>,
        meaning: &str,
    ) -> Verdict<T> {
        let finding = Finding::new(how, seen).meaning(meaning);
        Err(self.explain(finding).into())
    }

    /// Adds what the client has said to a finding.
    pub(crate) fn explain(&self, mut finding: Finding) -> Finding {
        let words = last_words(&self.output, &self.errors);
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
