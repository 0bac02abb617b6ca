//! The server that is graded: one that a command starts, and starts again when a check
//! has failed; or one that somebody else has started.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use common::connect::one_of;
use socket2::{Domain, Socket, Type};

use crate::check::Check;
use crate::command::{Places, Template};
use crate::finding::{Finding, How, Meaning, Problem, Verdict, broken};
use crate::lesson::Lesson;
use crate::program::{Program, last_lines};
use crate::server::Server;
use crate::share::Filled;
use crate::tcp_probe::Port;
use crate::udp_probe::{HELLO, is_refused, open};

/// How long a program may take to start, where the patience is less.
const START: Duration = Duration::from_secs(15);

/// What listens elsewhere by then will not listen here.
const ELSEWHERE: Duration = Duration::from_secs(1);

/// How long the end of a program takes behind that of its connections.
const LAST_WORDS: Duration = Duration::from_millis(700);

/// A server of a lesson, and what starts it.
pub struct Hosted {
    lesson: Lesson,
    server: Server,
    template: Option<Template>,
    /// The one that runs, and has passed the last check.
    running: Option<Program>,
}

impl Hosted {
    /// A server that listens where `server` says if its command does not take a port.
    pub fn new(
        lesson: Lesson,
        server: Server,
        template: Option<Template>,
    ) -> Result<Self> {
        let mut hosted = Self { lesson, server, template, running: None };
        if hosted.template.as_ref().is_some_and(|t| !t.has("PORT")) {
            hosted.server.port = Some(Port::default());
            ensure!(
                !hosted.answers(),
                "something listens on {} already: end that program, or write PORT in \
                 the command where it takes its port",
                hosted.server.addr
            );
        }
        Ok(hosted)
    }

    /// Does somebody listen there?
    fn answers(&self) -> bool {
        let addr = self.server.addr;
        if self.is_udp() {
            return UdpSocket::bind(addr).is_err();
        }
        let connected = one_of(&[addr], Duration::from_secs(1));
        !connected.is_err_and(|e| is_refused(&e))
    }

    fn is_udp(&self) -> bool {
        self.lesson == Lesson::UdpEcho
    }

    /// Tells when the grading has to end; returns how long the server may be silent.
    pub(crate) fn until(&mut self, end: Instant) -> Duration {
        self.server.until = Some(end);
        self.server.patience
    }

    /// Does one check; `explain` or `end` ends the program where that has failed.
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
        let again = self.running.is_some();
        let mut verdict = self.once(&template, check);
        if again
            && let Err(Problem::Failed(finding)) = &verdict
            && matches!(finding.how, How::Gone | How::Ended)
        {
            self.running = None; // it may have died of the check before
            verdict = self.once(&template, check);
        }
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
            && self.answers()
        {
            return Err(self.not_started(true).into());
        }
        Ok(())
    }

    fn start(&mut self, template: &Template) -> Verdict {
        if template.has("PORT") {
            let port = free_port(self.server.addr, self.is_udp());
            self.server.addr = port.map_err(|e| broken("no free port", &e))?;
        }
        let mut dir = PathBuf::from(".");
        if template.has("DIR") {
            let filled = Filled::new(self.server.seed);
            let filled =
                filled.map_err(|e| broken("no folder to share", &e))?;
            dir = filled.path();
            self.server.filled = Some(filled);
        }
        let addr = self.server.addr;
        let places = Places { addr, name: String::new(), dir };
        let mut program = Program::start(template, &places, None)?;

        let patience = self.server.patience.max(START);
        let latest = self.server.within(Instant::now() + patience);
        let listens = if self.is_udp() {
            wait_for_udp(&mut self.server, &mut program, latest)
        } else {
            wait_for_tcp(&mut self.server, &mut program, latest)
        };
        let ended = program.ended().is_some();
        self.running = Some(program);
        if !listens || ended {
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

    /// Ends the program.
    pub(crate) fn end(&mut self) {
        self.running = None;
    }

    /// Adds what the program said that has failed a check, in front if that is why.
    pub(crate) fn explain(&mut self, mut finding: Finding) -> Finding {
        let Some(mut program) = self.running.take() else {
            return finding;
        };
        // When an answer was missing, the program was still there. It may end now, since
        // the check has closed its connections, but that is another matter.
        if matches!(finding.how, How::Ended | How::Gone) {
            program.wait(Instant::now() + LAST_WORDS);
        }
        let died = program.ended();
        let (stdout, stderr) = program.end();
        let mut words = last_lines("stdout", &stdout);
        words.extend(last_lines("stderr", &stderr));
        let taken = ["ddress already in use", "EADDRINUSE", "WinError 10048"];
        let stderr = String::from_utf8_lossy(&stderr);
        if taken.iter().any(|words| stderr.contains(words)) {
            finding.meaning = "Its address is still taken by a connection that the \
                server has closed before (TIME_WAIT). Set SO_REUSEADDR on the socket \
                before bind (in Python: s.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)), or \
                wait a minute."
                .into();
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

/// Connects until it listens. The connection is the check's first one: a server that is
/// not written well may not survive one that says nothing.
fn wait_for_tcp(
    server: &mut Server,
    program: &mut Program,
    mut latest: Instant,
) -> bool {
    let (mut look, mut ended) = (Instant::now() + ELSEWHERE, false);
    while Instant::now() < latest {
        server.first = one_of(&[server.addr], server.patience).ok();
        if server.first.is_some() {
            return true;
        }
        if Instant::now() > look {
            let ports = program.ports(false);
            // It may have begun to listen here since the connect above.
            let here = |at: &SocketAddr| at.port() == server.addr.port();
            if !ports.is_empty() && !ports.iter().any(here) {
                return false;
            }
            look += ELSEWHERE;
        }
        if !ended && program.ended().is_some() {
            ended = true; // it may have gone into the background
            latest = Instant::now() + Duration::from_millis(300);
        }
        thread::sleep(Duration::from_millis(5));
    }
    false
}

/// Sends datagrams until one is answered, or until nobody refuses them: a server that
/// does not answer is a matter for the check. The socket is the check's first.
fn wait_for_udp(
    server: &mut Server,
    program: &mut Program,
    latest: Instant,
) -> bool {
    let Ok(socket) = open(server.addr) else { return true };
    let _ = socket.connect(server.addr);
    let _ = socket.set_read_timeout(Some(Duration::from_millis(50)));
    let mut unanswered = 0;
    while Instant::now() < latest && program.ended().is_none() {
        let _ = socket.send(HELLO);
        match socket.recv(&mut [0; 64]) {
            // Nobody has bound the port yet: the systems tell a connected socket.
            Err(e) if is_refused(&e) => thread::sleep(Duration::from_millis(5)),
            Err(_) if unanswered < 6 => unanswered += 1,
            _ => {
                server.first_udp = Some(socket);
                return true;
            }
        }
    }
    false
}

/// An address whose port is free at the moment. Port 0 would give one of those that the
/// system also gives to every connection that somebody makes: it could be taken before
/// the program has it. These here lie below them, on every system.
fn free_port(addr: SocketAddr, udp: bool) -> io::Result<SocketAddr> {
    let mut last = io::ErrorKind::AddrInUse.into();
    for _ in 0..100 {
        let addr = SocketAddr::new(addr.ip(), fastrand::u16(10_000..32_000));
        // Without SO_REUSEADDR: the program may set none.
        let kind = if udp { Type::DGRAM } else { Type::STREAM };
        let bound = Socket::new(Domain::for_address(addr), kind, None)
            .and_then(|socket| socket.bind(&addr.into()));
        match bound {
            Ok(()) => return Ok(addr),
            Err(e) => last = e,
        }
    }
    Err(last)
}
