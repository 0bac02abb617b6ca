//! How a graded server is started, and why it does not listen.

use std::thread;
use std::time::{Duration, Instant};

use crate::command::{Task, Template};
use crate::finding::{Finding, How, Verdict, broken};
use crate::hosted::Hosted;
use crate::listening::{
    answers, free_port, is_free, says_taken, wait_for_tcp, wait_for_udp,
};
use crate::program::Program;
use crate::share::SharedFolder;

/// How long a program may take to start, where the patience is less.
const START: Duration = Duration::from_secs(15);

/// How long a port waits on which a server has closed a connection (TIME_WAIT), where
/// the server does not set SO_REUSEADDR: a minute on Linux.
const TAKEN: Duration = Duration::from_secs(70);

impl Hosted {
    /// Starts the program; again, when its address was still taken: it may have been
    /// faster than the end of an old connection, or another program faster than it.
    pub(crate) fn start(&mut self, template: &Template) -> Verdict {
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
            let folder = SharedFolder::new(self.server.seed);
            let folder =
                folder.map_err(|e| broken("no folder to share", &e))?;
            task.dir = folder.path();
            self.server.folder = Some(folder);
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
        if self.server.folder.as_ref().is_none_or(SharedFolder::is_whole) {
            return Ok(());
        }
        let seen =
            "Files that were put into the folder DIR are not there any more.";
        Err(Finding::new(How::NotStarted, seen)
            .meaning("The program has removed them. A server only reads.")
            .into())
    }

    pub(crate) fn not_started(&mut self, answers: bool) -> Finding {
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
}
