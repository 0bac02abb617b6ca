//! One run of a client: it is started, may be slow, is heard out, and ended.

use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use crate::client::{Client, Start};
use crate::command::Task;
use crate::finding::{Finding, How, Verdict};
use crate::program::{Finished, Program};
use crate::still::is_late;
use crate::words::caught;

/// Where a client has to ask.
pub const HERE: &str = "the address that you are given. In a command HOST and PORT \
    stand for it; if they are written into the program, say so with --addr.";

/// A program that has not asked by then does not ask at all.
const FIRST: Duration = Duration::from_secs(10);

/// A client that runs, until it is dropped.
pub struct Running {
    /// Where it is one, and no function.
    program: Option<Program>,
    over: Arc<OnceLock<Finished>>,
    /// How long it may take from its first question on.
    time: Duration,
    pub deadline: Instant,
    pub asked: bool,
}

impl Running {
    /// Starts the client, which runs beside the check.
    pub fn start(client: &Client, task: Task) -> Verdict<Self> {
        let over = Arc::<OnceLock<_>>::default();
        let program = match client.start.clone() {
            Start::Program(template) => Some(Program::start(&template, task)?),
            Start::Function(function) => {
                let over = Arc::clone(&over);
                thread::spawn(move || {
                    let done = caught(|| function(&task)).and_then(|done| done);
                    let success = Some(done.is_ok());
                    let [output, errors] = match done {
                        Ok(output) => [output, Vec::new()],
                        Err(e) => [Vec::new(), e.into_bytes()],
                    };
                    over.set(Finished { output, errors, success, ended: None })
                });
                None
            }
        };
        let (time, deadline) = (client.patience, Instant::now() + FIRST);
        Ok(Self { program, over, time, deadline, asked: false })
    }

    /// Has it ended?
    pub fn is_over(&mut self) -> bool {
        let program = self.program.as_mut();
        self.over.get().is_some()
            || program.is_some_and(|p| p.ended().is_some())
    }

    /// Its process id, if it is a program.
    pub fn pid(&mut self) -> Option<u32> {
        self.program.as_mut()?.pid()
    }

    /// Its time begins with its first question: a language may be slow to start.
    pub fn asks(&mut self) {
        if !self.asked {
            self.asked = true;
            self.deadline = Instant::now() + self.time;
        }
    }

    /// Is its time over?
    pub fn is_late(&mut self) -> bool {
        let time = if self.asked { self.time } else { FIRST };
        is_late(self.pid(), self.deadline, time)
    }

    /// Waits for its end until the deadline, and ends it then. Does this meanwhile, again
    /// and again.
    pub fn finish(&mut self, mut meanwhile: impl FnMut(&mut Self)) -> Finished {
        while !self.is_over() && !self.is_late() {
            meanwhile(self);
            thread::sleep(Duration::from_millis(2));
        }
        self.end()
    }

    /// Ends it where it has not ended, and tells what it has said so far. (A function
    /// cannot be ended.)
    pub fn end(&mut self) -> Finished {
        let end =
            || self.program.as_mut().map(Program::end).unwrap_or_default();
        self.over.get_or_init(end).clone()
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
        if self.success.is_none() {
            let ended = "The client had not ended, and was ended.";
            finding.last_words.push(ended.into());
        }
        match self.success {
            Some(false) => finding.last_words = self.last_words(),
            _ => finding.more.extend(self.last_words()),
        }
        finding
    }
}
