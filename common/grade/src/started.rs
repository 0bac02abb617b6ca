//! A server that a command starts: a new one for each check, which is ended after it.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use crate::check::Check;
use crate::command::{Places, Template};
use crate::finding::{Finding, How, Problem, Verdict};
use crate::lesson::Lesson;
use crate::program::{Program, last_lines};
use crate::transfer::share::Filled;
use crate::visit::Server;

/// How long a program may take to start, where the patience is less.
const START: Duration = Duration::from_secs(10);

/// A server that a command starts.
pub struct Started {
    /// The lesson whose server it is.
    pub lesson: Lesson,
    /// The command.
    pub template: Template,
    /// Where it listens when its command does not take a port.
    pub addr: SocketAddr,
    /// How long a check may take, and a start.
    pub patience: Duration,
    /// What decides lengths, bytes and cuts.
    pub seed: u64,
    /// The folder that it shares, where that is known.
    pub folder: Option<PathBuf>,
    /// The folder that the grader has filled, for a command that takes a DIR.
    pub filled: Option<Filled>,
}

impl Started {
    /// Starts the server, does the check, and ends the server.
    pub(crate) fn check(&mut self, check: &Check) -> Verdict {
        let addr = match self.template.takes_a_port() {
            true => free_port(self.addr, self.lesson)?,
            false => self.addr,
        };
        let filled = self.filled.as_ref().map(Filled::path);
        let dir = filled.or(self.folder.clone());
        let dir = dir.unwrap_or_else(|| PathBuf::from("."));
        let places = Places { addr, name: String::new(), dir };
        let mut program = Program::start(self.template.command(&places), None)
            .map_err(|e| cannot_start(&self.template, &e))?;

        let mut server =
            Server::at(addr).patience(self.patience).seed(self.seed);
        server.folder = match self.filled {
            Some(_) => Some(places.dir),
            None => self.folder.clone(),
        };
        server.filled = self.filled.is_some();
        let ready = match self.lesson {
            Lesson::UdpEcho => self.wait_for_udp(addr, &mut program),
            _ => self.wait_for_tcp(addr, &mut program, &mut server),
        };
        let verdict = ready.and_then(|()| server.check(check));
        verdict.map_err(|problem| match problem {
            Problem::Failed(finding) => last_words(*finding, program).into(),
            skipped => skipped,
        })
    }

    /// Connects until it listens. The connection is the check's first one: a server
    /// that is not written well may not survive one that says nothing.
    fn wait_for_tcp(
        &self,
        addr: SocketAddr,
        program: &mut Program,
        server: &mut Server,
    ) -> Verdict {
        let deadline = Instant::now() + self.patience.max(START);
        while Instant::now() < deadline && program.ended().is_none() {
            if let Ok(stream) = TcpStream::connect_timeout(&addr, self.patience)
            {
                server.first = Some(stream);
                return Ok(());
            }
            thread::sleep(Duration::from_millis(5));
        }
        Err(self.never_listened(addr, program).into())
    }

    /// Sends datagrams until one is answered, or until nobody refuses them: a server
    /// that does not answer is a matter for the check.
    fn wait_for_udp(&self, addr: SocketAddr, program: &mut Program) -> Verdict {
        let deadline = Instant::now() + self.patience.max(START);
        let any = SocketAddr::new(addr.ip(), 0);
        let socket = UdpSocket::bind(any)
            .and_then(|socket| socket.connect(addr).map(|()| socket))
            .map_err(|e| {
                Finding::new(How::Other, format!("No socket: {e}."))
            })?;
        let _ = socket.set_read_timeout(Some(Duration::from_millis(50)));
        let mut unanswered = 0;
        while Instant::now() < deadline && unanswered < 6 {
            if program.ended().is_some() {
                return Err(self.never_listened(addr, program).into());
            }
            let _ = socket.send(b"are you there?");
            match socket.recv(&mut [0; 64]) {
                Ok(_) => return Ok(()),
                // Nobody has bound the port yet: the systems tell a connected socket.
                Err(e)
                    if matches!(
                        e.kind(),
                        ErrorKind::ConnectionRefused
                            | ErrorKind::ConnectionReset
                    ) =>
                {
                    thread::sleep(Duration::from_millis(5));
                }
                Err(_) => unanswered += 1,
            }
        }
        Ok(())
    }

    fn never_listened(
        &self,
        addr: SocketAddr,
        program: &mut Program,
    ) -> Finding {
        if program.ended().is_some() {
            let seen = "The program ended before it served anybody.";
            return Finding::new(How::NotStarted, seen);
        }
        let seen = format!("The program does not listen on {addr}.");
        let mut finding = Finding::new(How::NotStarted, seen);
        finding.meaning = match self.template.takes_a_port() {
            true => "Is it slow to start? Build it first, or give more --patience.",
            false => {
                "Write PORT, or HOST:PORT, in the command where it takes its port: \
                 grade fills it in. Or say with --addr where it listens."
            }
        }
        .into();
        finding
    }
}

/// An address whose port is free at the moment. Port 0 would give one of those that the
/// system also gives to every connection that somebody makes: it could be taken before
/// the program has it. These here lie below them, on every system.
fn free_port(addr: SocketAddr, lesson: Lesson) -> Verdict<SocketAddr> {
    let bind = |addr| match lesson {
        Lesson::UdpEcho => UdpSocket::bind(addr).map(drop),
        _ => TcpListener::bind(addr).map(drop),
    };
    let mut last = None;
    for _ in 0..100 {
        let addr = SocketAddr::new(addr.ip(), fastrand::u16(10_000..32_000));
        match bind(addr) {
            Ok(()) => return Ok(addr),
            Err(e) => last = Some(e),
        }
    }
    let why = last.map(|e| e.to_string()).unwrap_or_default();
    Err(Finding::new(How::Other, format!("No free port: {why}.")).into())
}

/// The command cannot be carried out.
pub fn cannot_start(template: &Template, e: &io::Error) -> Finding {
    let seen = format!("{} cannot be started: {e}.", template.shown());
    Finding::new(How::NotStarted, seen)
}

/// Adds what the program said, and how it has ended if that is why the check failed.
fn last_words(mut finding: Finding, mut program: Program) -> Finding {
    // When an answer was missing, the program was still there. It may end now, since
    // the check has closed its connections, but that is another matter.
    if matches!(finding.how, How::Ended | How::Gone | How::NotStarted) {
        // A program that has just failed takes a moment to end.
        let soon = Instant::now() + Duration::from_millis(400);
        if let Some(status) = program.wait(soon) {
            finding.more.push(format!("The program has ended ({status})."));
        }
    }
    let (stdout, stderr) = program.end();
    finding.more.extend(last_lines("stdout", &stdout));
    finding.more.extend(last_lines("stderr", &stderr));
    finding
}
