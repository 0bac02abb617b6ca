//! A server that a command starts, and starts again when a check has failed.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::check::Check;
use crate::command::{Task, Template};
use crate::finding::{Finding, How, Problem, Verdict, broken};
use crate::listening::{
    answers, find_port, is_free, runs_still, says_taken, wait_for, why_taken,
};
use crate::program::Program;
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

/// A server, and what starts it.
pub struct Hosted {
    server: Server,
    template: Template,
    /// The one that runs, and has passed the last check.
    running: Option<Program>,
    /// Has a check failed? That one, and each from then on, gets a program of its own.
    has_failed: bool,
}

impl Hosted {
    /// A server that listens where `server` says if its command does not take a port.
    pub fn new(mut server: Server, template: Template) -> Result<Self> {
        server.port_is_needed = !template.has("PORT");
        ensure!(
            !server.port_is_needed || !answers(&server),
            "something listens on {} already: end that program, or write PORT in the \
             command where it takes its port",
            server.addr
        );
        Ok(Self { server, template, running: None, has_failed: false })
    }

    /// Starts the program; again, when its address was still taken: it may have been
    /// faster than the end of an old connection, or another program faster than it.
    fn start(&mut self) -> Verdict {
        let latest = self.server.until.min(Instant::now() + TAKEN);
        for _ in 0..3 {
            let verdict = self.start_once();
            if verdict.is_ok() || !self.was_taken(latest) {
                return verdict;
            }
        }
        self.start_once()
    }

    /// Has the program ended because its address was taken, which is free by now?
    fn was_taken(&mut self, latest: Instant) -> bool {
        let Some(program) = &mut self.running else { return false };
        let says_so =
            program.ended().is_some() && says_taken(&program.end().errors);
        let left = latest.saturating_duration_since(Instant::now());
        let is_free = || is_free(&self.server, false).is_ok();
        says_so && !answers(&self.server) && settle(None, left, is_free)
    }

    fn start_once(&mut self) -> Verdict {
        let (server, template) = (&mut self.server, &self.template);
        if template.has("PORT") {
            find_port(server).map_err(|e| broken("no free port", &e))?;
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
        wait_for(server, program)?;
        server.pid = program.pid();
        Ok(())
    }

    fn once(&mut self, check: &Check) -> Verdict {
        if self.running.is_none() {
            self.start()?;
        }
        self.server.check(check)?;
        // What has gone into the background would be graded in the next one's place.
        let mut running = self.running.iter_mut();
        running.try_for_each(|program| runs_still(&self.server, program))
    }

    /// Adds what the program said that has failed a check, in front if that is why.
    fn explain(&mut self, mut finding: Finding) -> Verdict {
        let Some(mut program) = self.running.take() else {
            return Err(finding.into()); // it could not be started
        };
        // When an answer was missing, the program was still there. It may end now, since
        // the check has closed its connections, but that is another matter.
        if matches!(finding.how, How::Ended | How::Gone) {
            let pid = program.pid();
            settle(pid, LAST_WORDS, || program.ended().is_some());
        }
        let finished = program.end();
        if says_taken(&finished.errors)
            && let Some(why) = why_taken(&self.server)
        {
            finding.meaning = why.into();
        }
        match finished.success {
            Some(_) => finding.last_words = finished.last_words(),
            None => finding.more.extend(finished.last_words()),
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
        let is_used = self.running.is_some();
        let verdict = self.once(check);
        let Err(Problem::Failed(finding)) = verdict else { return verdict };
        self.has_failed = true;
        if is_used {
            // It may have died, or hang, of the check before.
            return self.grade(check, patience);
        }
        self.explain(*finding)
    }
}
