//! How a graded server is started, and why it does not listen.

use std::net::SocketAddr;
use std::process;
use std::thread;
use std::time::{Duration, Instant};

use common::connect::one_of;

use crate::command::{Task, Template};
use crate::finding::{Finding, How, Verdict, broken};
use crate::hosted::Hosted;
use crate::listening::{answers, free_port, is_free, says_taken};
use crate::program::Program;
use crate::server::Server;
use crate::share::SharedFolder;
use crate::still::is_busy;
use crate::udp_probe::{HELLO, is_refused, open};

/// How long a program may take to start, where the patience is less.
const START: Duration = Duration::from_secs(15);

/// What listens elsewhere by then, and sleeps, will not listen here.
const ELSEWHERE: Duration = Duration::from_secs(1);

/// How long a program takes that has gone into the background.
const BACKGROUND: Duration = Duration::from_millis(300);

/// A server that is there, and leaves a first question unanswered for so long, is a
/// matter for the check.
const SILENT: Duration = Duration::from_millis(350);

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

        let listens = self.wait_for(&mut program);
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

    /// Waits until the program listens, or will not any more.
    fn wait_for(&mut self, program: &mut Program) -> bool {
        let (udp, patience) = (self.is_udp(), self.server.patience.max(START));
        let latest = self.server.within(Instant::now() + patience);
        let (mut look, mut ended) = (Instant::now() + ELSEWHERE, false);
        while Instant::now() < latest {
            if !ended && program.ended().is_some() {
                (look, ended) = (Instant::now() + BACKGROUND, true);
            }
            if is_there(&mut self.server, udp) {
                return true;
            }
            // What has gone into the background is a child of this process now.
            let pid = program.pid().unwrap_or_else(process::id);
            if Instant::now() > look && !is_busy(Some(pid)) {
                let ports = program.ports(udp);
                // It may have begun to listen here since the look above.
                let here =
                    |at: &SocketAddr| at.port() == self.server.addr.port();
                if ended || !ports.is_empty() && !ports.iter().any(here) {
                    return false;
                }
            }
            thread::sleep(Duration::from_millis(5));
        }
        false
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

/// Is a server there? The connection, or the socket, that has told so is the check's first
/// one: a server that is not written well may not survive one that says nothing.
fn is_there(server: &mut Server, udp: bool) -> bool {
    if !udp {
        server.first = one_of(&[server.addr], server.patience).ok();
        return server.first.is_some();
    }
    let Ok(socket) = open(server.addr) else { return true };
    let _ = socket.connect(server.addr);
    let _ = socket.set_read_timeout(Some(SILENT));
    let _ = socket.send(HELLO);
    // Where nobody has bound the port yet, the systems tell a connected socket.
    let answer = socket.recv(&mut [0; 64]);
    server.first_udp = Some(socket);
    !answer.is_err_and(|e| is_refused(&e))
}
