//! A client that is graded: a program or a function that is run once a check, while the
//! check plays the server.

use std::mem;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::command::{Task, Template};
use crate::finding::{Finding, How, Verdict, broken};
use crate::program::{Program, last_words};
use crate::still::is_starved;
use crate::words::of_panic;

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

/// What a client prints that is a function, or its error.
type Printed = Result<Vec<u8>, String>;
type Function = dyn Fn(&Task) -> Printed + Send + Sync;

/// What is run once for each check.
#[derive(Clone)]
enum Start {
    Function(Arc<Function>),
    Program(Template),
}

/// A client that is to be graded.
#[derive(Clone)]
pub struct Client {
    start: Start,
    /// How long a run may take from its first question on.
    pub(crate) patience: Duration,
    pub(crate) seed: u64,
    /// Where the grader listens: on a free port, or where the client asks in any case.
    pub(crate) listen: SocketAddr,
    pub(crate) random: fastrand::Rng,
    /// An earlier check has found that the lowest byte of a length comes first.
    pub(crate) lowest_first: Arc<AtomicBool>,
}

impl Client {
    /// A client that is a function.
    pub fn function(
        client: impl Fn(&Task) -> Printed + Send + Sync + 'static,
    ) -> Self {
        Self::new(Start::Function(Arc::new(client)))
    }

    /// A client that a command starts.
    pub fn program(template: Template) -> Self {
        Self::new(Start::Program(template))
    }

    fn new(start: Start) -> Self {
        Self {
            start,
            patience: Duration::from_secs(20),
            seed: fastrand::u64(0..1_000_000),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            random: fastrand::Rng::new(),
            lowest_first: Arc::default(),
        }
    }

    /// The same with another patience.
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The same with a seed of one's own.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// The same for one that has the address of its server written into it.
    pub fn asks(self, listen: SocketAddr) -> anyhow::Result<Self> {
        UdpSocket::bind(listen)
            .and_then(|_| TcpListener::bind(listen))
            .with_context(|| format!("grade cannot listen on {listen}"))?;
        Ok(Self { listen, ..self })
    }

    /// A client may be patient itself: four tries of five seconds are twenty.
    pub(crate) fn be_patient(&mut self) {
        self.patience *= 2;
    }

    /// Starts the client, which runs beside the check.
    pub(crate) fn start(&self, task: Task) -> Verdict<Running> {
        let run = match self.start.clone() {
            Start::Program(template) => {
                Run::Program(Box::new(Program::start(&template, task)?))
            }
            Start::Function(function) => {
                let run = thread::Builder::new().spawn(move || function(&task));
                Run::Function(run.map_err(|e| broken("no thread", &e))?)
            }
        };
        let (time, deadline) = (self.patience, Instant::now() + FIRST);
        Ok(Running { run, time, deadline, asked: false })
    }

    /// Lower-case letters.
    pub(crate) fn letters(&mut self, length: usize) -> String {
        (0..length).map(|_| self.random.lowercase()).collect()
    }
}

/// Where a client has to ask.
pub const HERE: &str = "the address that you are given. In a command HOST and PORT \
    stand for it; where they are written into the program, --addr says so.";

/// A program that has not asked by then does not ask at all.
const FIRST: Duration = Duration::from_secs(10);

/// A client that runs, until it is dropped.
pub struct Running {
    run: Run,
    /// How long it may take from its first question on.
    time: Duration,
    pub deadline: Instant,
    pub asked: bool,
}

enum Run {
    Function(JoinHandle<Printed>),
    Program(Box<Program>),
    Over(Finished),
}

impl Running {
    /// Has it ended?
    pub fn is_over(&mut self) -> bool {
        match &mut self.run {
            Run::Function(thread) => thread.is_finished(),
            Run::Program(program) => program.ended().is_some(),
            Run::Over(_) => true,
        }
    }

    /// Its process id, if it is a program.
    pub fn pid(&mut self) -> Option<u32> {
        match &mut self.run {
            Run::Program(program) => program.pid(),
            Run::Function(_) | Run::Over(_) => None,
        }
    }

    /// Its time begins with its first question: a language may be slow to start.
    pub fn asks(&mut self) {
        if !self.asked {
            self.asked = true;
            self.deadline = Instant::now() + self.time;
        }
    }

    /// Is its time over? A program that had to wait for a processor has more.
    pub fn is_late(&mut self) -> bool {
        let late = Instant::now().saturating_duration_since(self.deadline);
        let time = if self.asked { self.time } else { FIRST };
        !late.is_zero() && (late > time * 5 || !is_starved(self.pid(), time))
    }

    /// Waits for its end until the deadline, and ends it then.
    pub fn finish(&mut self) -> Finished {
        while !self.is_over() && !self.is_late() {
            thread::sleep(Duration::from_millis(2));
        }
        self.end()
    }

    /// Ends it where it has not ended, and tells what it has said so far. (A function
    /// cannot be ended.)
    pub fn end(&mut self) -> Finished {
        let run = mem::replace(&mut self.run, Run::Over(Finished::default()));
        let (output, errors, success) = match run {
            Run::Over(same) => (same.output, same.errors, same.success),
            Run::Program(mut program) => {
                let success = program.ended().map(|status| status.success());
                let (output, mut errors) = program.end();
                if let Some(why) = program.excess() {
                    errors.extend(format!("\n{why}\n").bytes());
                }
                (output, errors, success)
            }
            Run::Function(thread) if thread.is_finished() => {
                let ended = thread.join();
                match ended.unwrap_or_else(|p| Err(of_panic(&*p))) {
                    Ok(output) => (output, Vec::new(), Some(true)),
                    Err(e) => (Vec::new(), e.into_bytes(), Some(false)),
                }
            }
            Run::Function(_) => Default::default(),
        };
        let finished = Finished { output, errors, success };
        self.run = Run::Over(finished.clone());
        finished
    }
}

impl Finished {
    /// The client is not right: this was seen, and this is what it means.
    pub fn fails<T>(
        &self,
        how: How,
        seen: impl Into<String>,
        meaning: &str,
    ) -> Verdict<T> {
        let finding = Finding::new(how, seen).meaning(meaning);
        Err(self.explain(finding).into())
    }

    /// Adds what the client has said to a finding.
    pub fn explain(&self, mut finding: Finding) -> Finding {
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
