//! The server that is graded: one that a command starts, and starts again when a check
//! has failed; or one that somebody else has started.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::check::Check;
use crate::command::{Task, Template};
use crate::finding::{Finding, How, Meaning, Problem, Verdict, broken};
use crate::lesson::Lesson;
use crate::listening::{
    answers, free_port, is_free, says_taken, wait_for_tcp, wait_for_udp,
    why_taken,
};
use crate::program::{Program, last_words};
use crate::server::Server;
use crate::share::Filled;
use crate::still::settle;

/// How long a program may take to start, where the patience is less.
const START: Duration = Duration::from_secs(15);

/// How long a port waits on which a server has closed a connection (TIME_WAIT), where
/// the server does not set SO_REUSEADDR: a minute on Linux.
const TAKEN: Duration = Duration::from_secs(70);

/// How long the end of a program takes behind that of its connections.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A server of a lesson, and what starts it.
pub struct Hosted {
    lesson: Lesson,
    server: Server,
    template: Option<Template>,
    /// The one that runs, and has passed the last check.
    running: Option<Program>,
    /// Has a check failed? From then on each gets a program of its own.
    has_failed: bool,
}

impl Hosted {
    /// A server that listens where `server` says if its command does not take a port.
    pub fn new(
        lesson: Lesson,
        server: Server,
        template: Option<Template>,
    ) -> Result<Self> {
        let mut hosted =
            Self { lesson, server, template, running: None, has_failed: false };
        if hosted.template.as_ref().is_some_and(|t| !t.has("PORT")) {
            hosted.server.port_is_needed = true;
            ensure!(
                !answers(hosted.server.addr, hosted.is_udp()),
                "something listens on {} already: end that program, or write PORT in \
                 the command where it takes its port",
                hosted.server.addr
            );
        }
        Ok(hosted)
    }

    fn is_udp(&self) -> bool {
        self.lesson == Lesson::UdpEcho
    }

    /// Tells when the grading has to end; returns how long the server may be silent.
    pub(crate) fn until(&mut self, end: Instant) -> Duration {
        self.server.until = Some(end);
        self.server.patience
    }

    /// Does one check.
    pub(crate) fn check(
        &mut self,
        check: &Check,
        patience: Duration,
    ) -> Verdict {
        self.server.patience = patience;
        let Some(template) = self.template.clone() else {
            let start = format!(
                "Start your server first, or let grade start it: {}",
                self.lesson.command()
            );
            return self.server.check(check).when(How::Gone, &start);
        };
        if self.has_failed {
            self.running = None;
        }
        let again = self.running.is_some();
        let mut verdict = self.once(&template, check);
        if again
            && let Err(Problem::Failed(finding)) = &verdict
            && matches!(finding.how, How::Gone | How::Ended)
        {
            self.running = None; // it may have died of the check before
            verdict = self.once(&template, check);
        }
        self.has_failed |= matches!(verdict, Err(Problem::Failed(_)));
        verdict
    }

    /// After a failure: why it makes no sense to go on, if it makes none.
    pub(crate) fn is_gone(&mut self, finding: &Finding) -> Option<String> {
        if self.template.is_some() {
            let not_started = finding.how == How::NotStarted;
            return not_started.then(|| "for the same reason".into());
        }
        let first = self.lesson.checks().first()?;
        let Err(Problem::Failed(finding)) = self.server.check(first) else {
            return None;
        };
        match finding.how {
            How::Gone => Some("nothing is listening any more".into()),
            How::Silence | How::Ended => Some(format!(
                "the server does not answer any more; let grade start it for each \
                 check: {}",
                self.lesson.command()
            )),
            _ => None,
        }
    }

    fn once(&mut self, template: &Template, check: &Check) -> Verdict {
        if self.running.is_none() {
            self.start(template)?;
        }
        self.server.check(check)?;
        // What has gone into the background would be graded in the next one's place.
        let running = self.running.as_mut();
        if running.is_some_and(|program| program.ended().is_some())
            && answers(self.server.addr, self.is_udp())
        {
            return Err(self.not_started(true).into());
        }
        Ok(())
    }

    /// Starts the program; again, when its address was still taken: it may have been
    /// faster than the end of an old connection, or another program faster than it.
    fn start(&mut self, template: &Template) -> Verdict {
        let latest = self.server.within(Instant::now() + TAKEN);
        for _ in 0..3 {
            let verdict = self.start_once(template);
            if verdict.is_ok() || !self.is_taken() {
                return verdict;
            }
            while self.server.port_is_needed
                && is_free(self.server.addr, self.is_udp(), false).is_err()
            {
                if Instant::now() >= latest {
                    return verdict;
                }
                thread::sleep(Duration::from_millis(20));
            }
        }
        self.start_once(template)
    }

    /// Has the program ended because its address is taken, and nobody listens there?
    fn is_taken(&mut self) -> bool {
        let Some(program) = &mut self.running else { return false };
        program.ended().is_some()
            && says_taken(&program.end().1)
            && !answers(self.server.addr, self.is_udp())
    }

    fn start_once(&mut self, template: &Template) -> Verdict {
        if template.has("PORT") {
            let port = free_port(self.server.addr, self.is_udp());
            self.server.addr = port.map_err(|e| broken("no free port", &e))?;
        }
        let mut task = Task::at(self.server.addr);
        if template.has("DIR") {
            let filled = Filled::new(self.server.seed);
            let filled =
                filled.map_err(|e| broken("no folder to share", &e))?;
            task.dir = filled.path();
            self.server.filled = Some(filled);
        }
        let mut program = Program::start(template, task)?;

        let patience = self.server.patience.max(START);
        let latest = self.server.within(Instant::now() + patience);
        let listens = if self.is_udp() {
            wait_for_udp(&mut self.server, &mut program, latest)
        } else {
            wait_for_tcp(&mut self.server, &mut program, latest)
        };
        self.server.pid = program.pid();
        self.running = Some(program);
        if !listens || self.server.pid.is_none() {
            return Err(self.not_started(listens).into());
        }
        if self.server.filled.as_ref().is_none_or(Filled::is_whole) {
            return Ok(());
        }
        let seen =
            "Files that were put into the folder DIR are not there any more.";
        Err(Finding::new(How::NotStarted, seen)
            .meaning("The program has removed them. A server only reads.")
            .into())
    }

    fn not_started(&mut self, answers: bool) -> Finding {
        let (addr, udp) = (self.server.addr, self.is_udp());
        let running = self.running.as_mut();
        let (ended, ports) = running.map_or((None, Vec::new()), |program| {
            let ended = program.ended();
            let ports = ended.is_none().then(|| program.ports(udp));
            (ended, ports.unwrap_or_default())
        });
        let (seen, meaning) = match (ended, &ports[..]) {
            (_, _) if answers => (
                format!("The program has ended, and {addr} still answers."),
                "It has gone into the background. Let it run in the foreground: what \
                 outlives it would be taken for the next program."
                    .into(),
            ),
            (Some(status), _) => (
                format!("The program ended before it served anybody ({status})."),
                String::new(),
            ),
            (None, []) => (
                format!("The program does not listen on {addr}."),
                "It does not listen anywhere yet. Is it slow to start? Build it first, \
                 or give more --patience. Does it have to start in this folder, as with \
                 cargo or go? Give --here."
                    .into(),
            ),
            (None, ports) => (
                format!("The program does not listen on {addr}."),
                format!(
                    "It listens on {}. Its address is {addr}: HOST and PORT in the \
                     command stand for it. Where the port is written into the program, \
                     --addr says so.",
                    Vec::from_iter(ports.iter().map(ToString::to_string)).join(" and ")
                ),
            ),
        };
        Finding::new(How::NotStarted, seen).meaning(meaning)
    }

    /// Adds what the program said that has failed a check, in front if that is why.
    pub(crate) fn explain(&mut self, mut finding: Finding) -> Finding {
        let Some(mut program) = self.running.take() else {
            return finding;
        };
        // When an answer was missing, the program was still there. It may end now, since
        // the check has closed its connections, but that is another matter.
        if matches!(finding.how, How::Ended | How::Gone) {
            let pid = program.pid();
            settle(pid, LAST_WORDS, || program.ended().is_some());
        }
        let died = program.ended();
        let (stdout, stderr) = program.end();
        let words = last_words(&stdout, &stderr);
        if says_taken(&stderr)
            && let Some(why) = why_taken(self.server.addr, self.is_udp())
        {
            finding.meaning = why.into();
        }
        let Some(status) = died else {
            finding.more.extend(words);
            return finding;
        };
        let ended = format!("The program has ended ({status}).");
        let dies = finding.how != How::NotStarted;
        let how = program.excess().or(dies.then_some(ended));
        finding.last_words.extend(how.into_iter().chain(words));
        finding
    }
}
