//! The server that a UDP client meets: it hears each question, and answers as the
//! check decides.

use std::net::{SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::{Finished, Hosting, Running, Task};
use crate::datagram::receive;
use crate::finding::{Finding, How, Verdict};
use crate::words::shortened;

/// A server of one socket, and the client that has been told its address.
pub struct Answerer {
    socket: UdpSocket,
    running: Running,
    deadline: Instant,
}

impl Answerer {
    /// Starts the client with these lines as its input.
    pub(crate) fn start(hosting: &Hosting, lines: &[&str]) -> Verdict<Self> {
        let socket = open()?;
        let addr = socket.local_addr().map_err(no_socket)?;
        let input: String = lines.iter().map(|l| format!("{l}\n")).collect();
        let (name, dir) = (String::new(), PathBuf::from("."));
        let task = Task { addr, name, dir, input: input.into_bytes() };
        let running = hosting.start(task)?;
        Ok(Self { socket, running, deadline: hosting.deadline })
    }

    /// The next question, which has to be this one, and who asked it.
    pub(crate) fn question(&mut self, wanted: &str) -> Verdict<SocketAddr> {
        let mut buffer = vec![0; 65_535];
        loop {
            let over = self.running.is_over();
            let soon = Instant::now() + Duration::from_millis(20);
            match receive(&self.socket, &mut buffer, soon) {
                Ok((n, from)) if buffer[..n] == *wanted.as_bytes() => {
                    return Ok(from);
                }
                Ok((n, _)) => {
                    let came = &buffer[..n];
                    let how = How::Different;
                    let mut finding =
                        Finding::bytes(how, wanted.as_bytes(), came);
                    finding.seen = "The datagram is not the line.".into();
                    return Err(finding.into());
                }
                Err(_) if over => {
                    let wanted = shortened(wanted.as_bytes());
                    let seen = format!(
                        "The client ended, and did not ask \"{wanted}\"."
                    );
                    return self.failed(Finding::new(How::Ended, seen));
                }
                Err(_) if Instant::now() > self.deadline => {
                    let wanted = shortened(wanted.as_bytes());
                    let seen = format!("The client did not ask \"{wanted}\".");
                    return self.failed(Finding::new(How::Silence, seen));
                }
                Err(_) => {}
            }
        }
    }

    /// Waits for the same question again: the client has waited long enough.
    pub(crate) fn again(&mut self, wanted: &str) -> Verdict<SocketAddr> {
        self.question(wanted)
    }

    /// Answers a client.
    pub(crate) fn answer(&self, to: SocketAddr, text: &str) {
        let _gone = self.socket.send_to(text.as_bytes(), to);
    }

    /// The end of the conversation: these answers were printed, once and in order.
    pub(crate) fn printed(self, wanted: &[&str]) -> Verdict<Finished> {
        let finished = self.finish();
        let mut rest = String::from_utf8_lossy(&finished.output).into_owned();
        for text in wanted {
            let Some(at) = rest.find(text) else {
                let shown = shortened(text.as_bytes());
                let seen = format!("The client did not print {shown}");
                let finding = Finding::new(How::Different, seen);
                return Err(finished.explain(finding).into());
            };
            rest.drain(..at + text.len());
        }
        Ok(finished)
    }

    /// Hears out what else the client asks, without an answer, up to its end.
    pub(crate) fn finish(self) -> Finished {
        self.running.finish()
    }

    fn failed<T>(&mut self, finding: Finding) -> Verdict<T> {
        let finished = match self.running.is_over() {
            true => self.running.finished.clone().unwrap_or_default(),
            false => Finished::default(),
        };
        Err(finished.explain(finding).into())
    }
}

/// A socket on a free port.
pub fn open() -> Verdict<UdpSocket> {
    Ok(UdpSocket::bind("127.0.0.1:0").map_err(no_socket)?)
}

fn no_socket(e: std::io::Error) -> Finding {
    Finding::new(How::Other, format!("No socket: {e}."))
}
