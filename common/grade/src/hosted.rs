//! The server that is graded: one that a command starts, and starts again when a check
//! has failed; or one that somebody else has started.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::check::Check;
use crate::command::{Task, Template};
use crate::finding::{Finding, How, Meaning, Problem, Verdict, broken};
use crate::lesson::Lesson;
use crate::listening::{
    answers, free_port, is_free, not_started, says_taken, wait_for, why_taken,
};
use crate::program::{Program, last_words};
use crate::runner::Subject;
use crate::server::Server;
use crate::share::SharedFolder;
use crate::still::settle;

/// How long the end of a program takes behind that of its connections; where Linux tells
/// that it sleeps, it does not end.
const LAST_WORDS: Duration =
    Duration::from_millis(if cfg!(target_os = "linux") { 200 } else { 1000 });

/// How long a port waits on which a server has closed a connection (TIME_WAIT), where
/// the server does not set SO_REUSEADDR: a minute on Linux.
const TAKEN: Duration = Duration::from_secs(70);

/// A server of a lesson, and what starts it.
pub struct Hosted {
    lesson: Lesson,
    /// Its first check.
    first: Check,
    udp: bool,
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
        first: Check,
        mut server: Server,
        template: Option<Template>,
    ) -> Result<Self> {
        let (udp, addr) = (lesson == Lesson::UdpEcho, server.addr);
        server.port_is_needed =
            template.as_ref().is_some_and(|template| !template.has("PORT"));
        ensure!(
            !server.port_is_needed || !answers(addr, udp),
            "something listens on {addr} already: end that program, or write PORT in \
             the command where it takes its port"
        );
        let (running, has_failed) = (None, false);
        Ok(Self { lesson, first, udp, server, template, running, has_failed })
    }

    /// Starts the program; again, when its address was still taken: it may have been
    /// faster than the end of an old connection, or another program faster than it.
    fn start(&mut self) -> Verdict {
        let Some(template) = self.template.clone() else { return Ok(()) };
        let latest = self.server.within(Instant::now() + TAKEN);
        for _ in 0..3 {
            let verdict = self.start_once(&template);
            if verdict.is_ok() || !self.is_taken() {
                return verdict;
            }
            let (addr, udp) = (self.server.addr, self.udp);
            let left = latest.saturating_duration_since(Instant::now());
            if self.server.port_is_needed
                && !settle(None, left, || is_free(addr, udp, false).is_ok())
            {
                return verdict;
            }
        }
        self.start_once(&template)
    }

    /// Has the program ended because its address is taken, and nobody listens there?
    fn is_taken(&mut self) -> bool {
        self.running.as_mut().is_some_and(|program| {
            program.ended().is_some() && says_taken(&program.end().1)
        }) && !answers(self.server.addr, self.udp)
    }

    fn start_once(&mut self, template: &Template) -> Verdict {
        let (server, udp) = (&mut self.server, self.udp);
        if template.has("PORT") {
            let port = free_port(server.addr, udp);
            server.addr = port.map_err(|e| broken("no free port", &e))?;
        }
        let mut task = Task::at(server.addr);
        if template.has("DIR") {
            let folder = SharedFolder::new(server.seed);
            let folder =
                folder.map_err(|e| broken("no folder to share", &e))?;
            task.dir = folder.path();
            server.folder = Some(folder);
        }
        let program = self.running.insert(Program::start(template, task)?);
        let listens = wait_for(server, program, udp);
        server.pid = program.pid();
        if !listens || server.pid.is_none() {
            return not_started(program, server.addr, udp, listens);
        }
        if server.folder.as_ref().is_none_or(SharedFolder::is_whole) {
            return Ok(());
        }
        let seen =
            "Files that were put into the folder DIR are not there any more.";
        Err(Finding::new(How::NotStarted, seen)
            .meaning("The program has removed them. A server only reads.")
            .into())
    }

    fn once(&mut self, check: &Check) -> Verdict {
        if self.running.is_none() {
            self.start()?;
        }
        self.server.check(check)?;
        // What has gone into the background would be graded in the next one's place.
        let (addr, udp) = (self.server.addr, self.udp);
        if let Some(program) = &mut self.running
            && program.ended().is_some()
            && answers(addr, udp)
        {
            return not_started(program, addr, udp, true);
        }
        Ok(())
    }

    /// Adds what the program said that has failed a check, in front if that is why.
    fn explain(&mut self, mut finding: Finding) -> Verdict {
        let Some(mut program) = self.running.take() else {
            let start = self.lesson.command();
            let start = format!(
                "Start your server first, or let grade start it: {start}"
            );
            return Err(finding.into()).when(How::Gone, &start);
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
            && let Some(why) = why_taken(self.server.addr, self.udp)
        {
            finding.meaning = why.into();
        }
        if let Some(status) = died {
            let ended = format!("The program has ended ({status}).");
            let dies = finding.how != How::NotStarted;
            let how = program.excess().or(dies.then_some(ended));
            finding.last_words.extend(how.into_iter().chain(words));
        } else {
            finding.more.extend(words);
        }
        Err(finding.into())
    }
}

impl Subject for Hosted {
    fn grade(&mut self, check: &Check, patience: Duration) -> Verdict {
        self.server.patience = patience;
        if self.has_failed {
            self.running = None;
        }
        let again = self.running.is_some();
        let mut verdict = self.once(check);
        if again && let Err(Problem::Failed(_)) = &verdict {
            self.running = None; // it may have died, or hang, of the check before
            verdict = self.once(check);
        }
        if let Err(Problem::Failed(finding)) = verdict {
            self.has_failed = true;
            return self.explain(*finding);
        }
        verdict
    }

    fn is_gone(&mut self) -> Option<String> {
        if self.template.is_some() {
            return None; // it is started again
        }
        let Err(Problem::Failed(finding)) = self.server.check(&self.first)
        else {
            return None;
        };
        match finding.how {
            How::Gone => Some("nothing is listening there".into()),
            How::Silence | How::Ended => Some(format!(
                "the server does not answer; let grade start it for each check: {}",
                self.lesson.command()
            )),
            _ => None,
        }
    }
}
