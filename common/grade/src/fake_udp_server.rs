//! The server that a UDP client meets: it hears each question, and answers as the
//! check decides.

use std::fmt::Display;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use crate::bytes::parting;
use crate::client::Client;
use crate::command::Task;
use crate::finding::{Finding, How, Verdict, broken};
use crate::program::Finished;
use crate::running::Running;
use crate::udp_probe::receive;
use crate::words::shortened;

/// What was asked, and by whom.
pub type Question = (Vec<u8>, SocketAddr);

/// A server of one socket, and the client that has been told its address.
pub struct FakeUdpServer {
    socket: UdpSocket,
    addr: SocketAddr,
    running: Running,
}

impl FakeUdpServer {
    /// Starts the client with these lines as its input.
    pub fn start(client: &Client, lines: &[impl Display]) -> Verdict<Self> {
        let no_socket = |e| broken("no socket", &e);
        let socket = UdpSocket::bind(client.listen).map_err(no_socket)?;
        let addr = socket.local_addr().map_err(no_socket)?;
        let input: String = lines.iter().map(|l| format!("{l}\n")).collect();
        let task = Task { input: input.into_bytes(), ..Task::at(addr) };
        let running = Running::start(client, task)?;
        Ok(Self { socket, addr, running })
    }

    /// The next question, which has to be this one, and who asked it.
    pub fn question(&mut self, wanted: &str) -> Verdict<Question> {
        let question = self.next_datagram(wanted)?;
        is_line(wanted, &question.0).map(|()| question)
    }

    /// Whatever comes next; `wanted` is what is missing when nothing comes in time.
    fn next_datagram(&mut self, wanted: &str) -> Verdict<Question> {
        let mut over = false;
        while !over && !self.running.is_late() {
            over = self.running.is_over(); // it may have asked before
            let soon = Instant::now() + Duration::from_millis(20);
            if let Ok(came) = receive(&self.socket, soon) {
                self.running.asks();
                return Ok(came);
            }
        }
        let finished = self.running.end();
        let (seen, how) = match finished.success {
            Some(_) => ("The client ended, and", How::Ended),
            None => ("The client", How::Silence),
        };
        let how = if self.running.asked { how } else { How::Gone };
        let (addr, line) = (self.addr, shortened(wanted.as_bytes(), 40));
        let seen = format!("{seen} did not ask {addr} \"{line}\".");
        finished.fails(how, seen, "")
    }

    /// How many questions have come that nobody has looked at.
    pub fn unheard(&self) -> usize {
        let soon = || Instant::now() + Duration::from_millis(1);
        (0..1000).take_while(|_| receive(&self.socket, soon()).is_ok()).count()
    }

    /// Answers a question.
    pub fn answer(&self, question: &Question) {
        self.send(question.1, &question.0.to_ascii_uppercase());
    }

    /// Sends something else to a client.
    pub fn send(&self, to: SocketAddr, bytes: &[u8]) {
        let _gone = self.socket.send_to(bytes, to);
    }

    /// Answers the next question, which has to be this one.
    pub fn serve(&mut self, wanted: &str) -> Verdict {
        self.question(wanted).map(|question| self.answer(&question))
    }

    /// This question, whatever comes before it: that is answered, or lost.
    pub fn at_last(
        &mut self,
        wanted: &str,
        answers: bool,
    ) -> Verdict<Question> {
        loop {
            let question = self.next_datagram(wanted)?;
            if is_line(wanted, &question.0).is_ok() {
                return Ok(question);
            } else if answers {
                self.answer(&question);
            }
        }
    }

    /// The end of the conversation: the answers to these lines were printed, once and in
    /// order.
    pub fn printed(&mut self, lines: &[impl AsRef<str>]) -> Verdict {
        let soon = Instant::now() + Duration::from_secs(5); // all is answered
        self.running.deadline = self.running.deadline.min(soon);
        let finished = self.finish();
        let mut rest = &finished.output[..];
        for line in lines {
            let wanted = line.as_ref().to_ascii_uppercase().into_bytes();
            let same = |at: usize| {
                parting(&wanted, &rest[at..]).unwrap_or(wanted.len())
            };
            // The first of the best places.
            let places = (0..=rest.len()).rev();
            let at = places.max_by_key(|at| same(*at)).unwrap_or_default();
            if same(at) < wanted.len() {
                let came = &rest[at..rest.len().min(at + wanted.len())];
                let seen = "The client did not print the answer.".into();
                let bytes = Finding::bytes(How::Different, &wanted, came);
                return Err(finished.explain(Finding { seen, ..bytes }).into());
            }
            rest = &rest[at + wanted.len()..];
            let is_stale = rest.first().is_some_and(u8::is_ascii_alphanumeric);
            if !wanted.is_empty() && is_stale {
                let shown = shortened(&rest[..rest.len().min(40)], 40);
                let seen = format!("Right behind an answer it printed {shown}");
                let meaning = "Print as many bytes as recvfrom has returned, and then \
                    a newline: the rest of the buffer is not part of the answer.";
                return finished.fails(How::Different, seen, meaning);
            }
        }
        Ok(())
    }

    /// How often the answer to this line was printed.
    pub fn times(&mut self, line: &str) -> usize {
        let output = self.finish().output;
        let answer = line.to_ascii_uppercase();
        String::from_utf8_lossy(&output).matches(&answer).count()
    }

    /// Hears out what else the client asks, without an answer, up to its end.
    pub fn finish(&mut self) -> Finished {
        self.running.finish(|_| ())
    }
}

/// Is this datagram the line? White space around one that has none does not count: the
/// check whose line has some is about that.
fn is_line(wanted: &str, came: &[u8]) -> Verdict {
    let wanted = wanted.as_bytes();
    if came == wanted || came.trim_ascii() == wanted {
        return Ok(());
    }
    let seen = "The datagram is not the line.".into();
    let bytes = Finding::bytes(How::Different, wanted, came);
    Err(Finding { seen, ..bytes }.into())
}
