//! A server that a command starts, and that is started again when a check has failed.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use common::connect::one_of;
use socket2::{Domain, Socket, Type};

use crate::check::Check;
use crate::command::{Places, Template};
use crate::finding::{Finding, How, Problem, Verdict, broken};
use crate::lesson::Lesson;
use crate::program::{Program, last_lines};
use crate::server::Server;
use crate::share::Filled;
use crate::udp_probe::{HELLO, is_refused, open};

/// How long a program may take to start, where the patience is less.
const START: Duration = Duration::from_secs(15);

/// A server that a command starts.
pub struct Started {
    /// The lesson whose server it is.
    pub lesson: Lesson,
    /// The command.
    pub template: Template,
    /// Where it listens, when its command does not take a port.
    pub addr: SocketAddr,
    /// How long it may be silent, and take to start.
    pub patience: Duration,
    /// What decides lengths, bytes and cuts.
    pub seed: u64,
    /// The folder that it shares, where that is known.
    pub folder: Option<PathBuf>,
    /// Does the grader fill a folder for it?
    pub fills: bool,
    /// The one that runs, and has done the last check.
    pub running: Option<Running>,
    /// Has its length the lowest byte first? A check has found that.
    pub lowest_first: bool,
    /// When the whole grading has to end.
    pub until: Option<Instant>,
    /// Has a check failed? From then on it is started for each.
    pub has_failed: bool,
}

/// A program that has been started, and the server that it is.
pub struct Running {
    program: Program,
    server: Server,
    _filled: Option<Filled>,
}

impl Started {
    /// Does one check.
    pub(crate) fn check(
        &mut self,
        check: &Check,
        patience: Duration,
    ) -> Verdict {
        if self.has_failed {
            self.running = None;
        }
        let again = self.running.is_some();
        let mut verdict = self.once(check, patience);
        if again
            && let Err(Problem::Failed(finding)) = &verdict
            && matches!(finding.how, How::Gone | How::Ended)
        {
            self.running = None; // it may have died of the check before
            verdict = self.once(check, patience);
        }
        self.has_failed |= matches!(verdict, Err(Problem::Failed(_)));
        verdict
    }

    /// Adds what the program said that has failed a check.
    pub(crate) fn explain(&mut self, finding: Finding) -> Finding {
        match self.running.take() {
            Some(running) => self.last_words(finding, running.program),
            None => finding,
        }
    }

    fn once(&mut self, check: &Check, patience: Duration) -> Verdict {
        let running = self.running.take();
        let mut running = running.map_or_else(|| self.start(), Ok)?;
        running.server.patience = patience;
        running.server.lowest_first = self.lowest_first;
        let verdict = running.server.check(check);
        self.lowest_first = running.server.lowest_first;
        let verdict = verdict.and_then(|()| self.is_in_front(&mut running));
        self.running = Some(running);
        verdict
    }

    /// What has gone into the background would be graded in the place of the next one.
    fn is_in_front(&self, running: &mut Running) -> Verdict {
        let addr = running.server.addr;
        if running.program.ended().is_none() || self.is_free_at(addr).is_ok() {
            return Ok(());
        }
        let finding = self.never_listened(addr, &mut running.program, true);
        Err(finding.into())
    }

    fn start(&self) -> Verdict<Running> {
        let udp = self.lesson == Lesson::UdpEcho;
        let takes_a_port = self.template.has("PORT");
        let addr = match takes_a_port {
            true => free_port(self.addr, udp)
                .map_err(|e| broken("no free port", &e))?,
            false => self.addr,
        };
        let filled = self.fills.then(|| Filled::new(self.seed)).transpose();
        let filled = filled.map_err(|e| broken("no folder to share", &e))?;
        let dir = filled.as_ref().map(Filled::path).or(self.folder.clone());
        let dir = dir.unwrap_or_else(|| PathBuf::from("."));
        let places = Places { addr, name: String::new(), dir };
        let program = Program::start(&self.template, &places, None);
        let mut program =
            program.map_err(|e| cannot_start(&self.template, &e))?;

        let mut server =
            Server::at(addr).patience(self.patience).seed(self.seed);
        server.folder = self.folder.clone();
        if let Some(filled) = &filled {
            server = server.sharing(filled);
        }
        server.keeps_port = !takes_a_port;
        server.until = self.until;
        let listens = match udp {
            true => self.wait_for_udp(&mut program, &mut server),
            false => self.wait_for_tcp(&mut program, &mut server),
        };
        if !listens || program.ended().is_some() {
            let finding = self.never_listened(addr, &mut program, listens);
            return Err(self.last_words(finding, program).into());
        }
        let whole = filled.as_ref().is_none_or(Filled::is_whole);
        if !whole {
            let seen = "Files that were put into the folder DIR are not there any more.";
            let finding = Finding::new(How::NotStarted, seen).meaning(
                "The program has removed them. A server only reads what it shares.",
            );
            return Err(self.last_words(finding, program).into());
        }
        Ok(Running { program, server, _filled: filled })
    }

    fn start_deadline(&self) -> Instant {
        let latest = Instant::now() + self.patience.max(START);
        self.until.map_or(latest, |until| latest.min(until))
    }

    /// Connects until it listens. The connection is the check's first one: a server
    /// that is not written well may not survive one that says nothing.
    fn wait_for_tcp(&self, program: &mut Program, server: &mut Server) -> bool {
        let deadline = self.start_deadline();
        let mut ended = None;
        while Instant::now() < ended.unwrap_or(deadline) {
            let wait = self.patience;
            if let Ok(stream) = one_of(&[server.addr], wait) {
                server.first = Some(stream);
                return true;
            }
            if ended.is_none() && program.ended().is_some() {
                // It may have gone into the background.
                ended = Some(Instant::now() + Duration::from_millis(300));
            }
            thread::sleep(Duration::from_millis(5));
        }
        false
    }

    /// Sends datagrams until one is answered, or until nobody refuses them: a server
    /// that does not answer is a matter for the check. The socket is the check's first.
    fn wait_for_udp(&self, program: &mut Program, server: &mut Server) -> bool {
        let deadline = self.start_deadline();
        let Ok(socket) = open(server.addr) else { return true };
        let _ = socket.connect(server.addr);
        let _ = socket.set_read_timeout(Some(Duration::from_millis(50)));
        let mut unanswered = 0;
        while Instant::now() < deadline && program.ended().is_none() {
            let _ = socket.send(HELLO);
            match socket.recv(&mut [0; 64]) {
                // Nobody has bound the port yet: the systems tell a connected socket.
                Err(e) if is_refused(&e) => {
                    thread::sleep(Duration::from_millis(5));
                    continue;
                }
                Err(_) if unanswered < 6 => unanswered += 1,
                _ => {
                    server.first_udp = Some(socket);
                    return true;
                }
            }
        }
        false
    }

    fn never_listened(
        &self,
        addr: SocketAddr,
        program: &mut Program,
        answers: bool,
    ) -> Finding {
        let udp = self.lesson == Lesson::UdpEcho;
        let (seen, meaning) = if answers {
            (
                format!("The program has ended, and {addr} still answers."),
                "It has gone into the background. Let it run in the foreground: what \
                 outlives it would be taken for the next program."
                    .into(),
            )
        } else if let Some(status) = program.ended() {
            let seen = format!(
                "The program ended before it served anybody ({status})."
            );
            (seen, String::new())
        } else {
            let ports = program.ports(udp);
            let ports: Vec<String> =
                ports.iter().map(ToString::to_string).collect();
            let meaning = if !ports.is_empty() {
                format!(
                    "It listens on {}. Its address is {addr}: HOST and PORT in the command \
                     stand for it. Where the port is written into the program, --addr says \
                     so.",
                    ports.join(" and ")
                )
            } else {
                "It does not listen anywhere yet. Is it slow to start? Build it first, or \
                 give more --patience."
                    .into()
            };
            (format!("The program does not listen on {addr}."), meaning)
        };
        Finding::new(How::NotStarted, seen).meaning(meaning)
    }

    /// Adds what the program said, in front if that is why the check failed.
    fn last_words(
        &self,
        mut finding: Finding,
        mut program: Program,
    ) -> Finding {
        // When an answer was missing, the program was still there. It may end now, since
        // the check has closed its connections, but that is another matter.
        if matches!(finding.how, How::Ended | How::Gone | How::NotStarted) {
            // A program that has just failed takes a moment to end.
            program.wait(Instant::now() + Duration::from_secs(2));
        }
        let died = program.ended();
        let (stdout, stderr) = program.end();
        let mut words = last_lines("stdout", &stdout);
        words.extend(last_lines("stderr", &stderr));
        let taken = ["ddress already in use", "EADDRINUSE", "WinError 10048"];
        let stderr = String::from_utf8_lossy(&stderr);
        if taken.iter().any(|words| stderr.contains(words)) {
            finding.meaning = "Its address is still taken by a connection that the server \
                has closed before (TIME_WAIT). Set SO_REUSEADDR on the socket before bind \
                (in Python: s.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)), or wait a minute."
                .into();
        }
        match died {
            Some(status) => {
                let ended = format!("The program has ended ({status}).");
                let dies = finding.how != How::NotStarted;
                let how = program.excess().or(dies.then_some(ended));
                finding.last_words.extend(how);
                finding.last_words.extend(words);
            }
            None => finding.more.extend(words),
        }
        finding
    }

    /// Does nobody listen where the program will? What would answer there would be graded
    /// in its place.
    ///
    /// # Errors
    ///
    /// Somebody does.
    pub fn is_free(&self) -> Result<()> {
        match self.template.has("PORT") {
            true => Ok(()),
            false => self.is_free_at(self.addr),
        }
    }

    fn is_free_at(&self, addr: SocketAddr) -> Result<()> {
        let taken = match self.lesson {
            Lesson::UdpEcho => UdpSocket::bind(addr).map(drop).err(),
            _ => match one_of(&[addr], Duration::from_secs(1)) {
                Err(e) if is_refused(&e) => None,
                Err(e) => Some(e),
                Ok(_) => Some(io::ErrorKind::AddrInUse.into()),
            },
        };
        match taken {
            Some(e) if e.kind() == io::ErrorKind::AddrInUse => bail!(
                "something listens on {addr} already: end that program, or write PORT in \
                 the command where it takes its port"
            ),
            Some(e) => bail!("nothing can listen on {addr}: {e}"),
            None => Ok(()),
        }
    }
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

/// The command cannot be carried out.
pub fn cannot_start(template: &Template, e: &io::Error) -> Finding {
    let seen = format!("{} cannot be started: {e}.", template.shown());
    Finding::new(How::NotStarted, seen)
}
