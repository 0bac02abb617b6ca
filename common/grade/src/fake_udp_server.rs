//! The server that a UDP client meets: it hears each question, and answers as the
//! check decides.

use std::fmt::Display;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use crate::bytes::parting;
use crate::client::{Client, HERE, Running};
use crate::command::Task;
use crate::finding::{Finding, How, Verdict, broken};
use crate::program::Finished;
use crate::udp_probe::receive;
use crate::words::shortened;

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
    pub fn question(&mut self, wanted: &str) -> Verdict<SocketAddr> {
        let (came, from) = self.next_datagram(wanted)?;
        is_line(wanted, &came).map(|()| from)
    }

    /// Whatever comes next; `wanted` is what is missing when nothing comes in time.
    fn next_datagram(
        &mut self,
        wanted: &str,
    ) -> Verdict<(Vec<u8>, SocketAddr)> {
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
        let (addr, line) = (self.addr, shortened(wanted.as_bytes(), 40));
        let mut finding =
            Finding::new(how, format!("{seen} did not ask {addr} \"{line}\"."));
        if !self.running.asked {
            finding.how = How::Gone;
            finding.meaning = format!("Send it to {HERE}");
        }
        Err(finished.explain(finding).into())
    }

    /// How many questions have come that nobody has looked at.
    pub fn unheard(&self) -> usize {
        let soon = || Instant::now() + Duration::from_millis(1);
        (0..1000).take_while(|_| receive(&self.socket, soon()).is_ok()).count()
    }

    /// Answers this line to a client.
    pub fn answer(&self, to: SocketAddr, line: &str) {
        self.send(to, line.to_ascii_uppercase().as_bytes());
    }

    /// Sends something else to a client.
    pub fn send(&self, to: SocketAddr, bytes: &[u8]) {
        let _gone = self.socket.send_to(bytes, to);
    }

    /// Answers the next question, which has to be this one.
    pub fn serve(&mut self, wanted: &str) -> Verdict {
        let (came, from) = self.next_datagram(wanted)?;
        self.send(from, &came.trim_ascii().to_ascii_uppercase());
        is_line(wanted, &came)
    }

    /// The end of the conversation: the answers to these lines were printed, once and in
    /// order.
    pub fn printed(&mut self, lines: &[impl AsRef<str>]) -> Verdict {
        let finished = self.finish();
        let mut rest = &finished.output[..];
        let upper = |line: &_| str::to_ascii_uppercase(line).into_bytes();
        let mut lines = lines.iter().map(|l| upper(l.as_ref())).peekable();
        while let Some(wanted) = lines.next() {
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
            // The next one may follow, or words that the client says about it.
            let stale = |b: &u8| *b == 0 || b.is_ascii_alphanumeric();
            let is_next = lines.peek().is_some_and(|l| rest.starts_with(l));
            let is_stale = !is_next && rest.first().is_some_and(stale);
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
