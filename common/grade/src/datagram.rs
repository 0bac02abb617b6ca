//! One UDP socket of a check: asks, waits no longer than its patience, compares.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use crate::finding::{Finding, How, Verdict};
use crate::visit::{Visit, skipped};

/// A client of one socket.
pub struct Asker {
    socket: UdpSocket,
    server: SocketAddr,
    deadline: Instant,
    /// The last question.
    sent: Vec<u8>,
}

impl Asker {
    /// A socket on a free port, of the same kind of address as the server's.
    pub(crate) fn new(visit: &Visit) -> Verdict<Self> {
        let socket = match visit.addr {
            SocketAddr::V4(_) => UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)),
            SocketAddr::V6(_) => UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0)),
        };
        let socket = socket.map_err(|e| {
            Finding::new(How::Other, format!("No socket: {e}."))
        })?;
        Ok(Self {
            socket,
            server: visit.addr,
            deadline: visit.deadline,
            sent: Vec::new(),
        })
    }

    /// Sends one datagram.
    pub(crate) fn send(&mut self, question: &[u8]) -> Verdict {
        self.sent = question.to_vec();
        match self.socket.send_to(question, self.server) {
            Ok(_) => Ok(()),
            // macOS sends 9,216 bytes at most, unless told otherwise.
            Err(e) if question.len() > 9216 => {
                skipped(format!("this system does not send it: {e}"))
            }
            Err(e) => {
                let seen = format!("A datagram cannot be sent: {e}.");
                Err(Finding::new(How::Other, seen).into())
            }
        }
    }

    /// Sends a question, and wants its answer.
    pub(crate) fn ask(&mut self, question: &[u8]) -> Verdict {
        self.send(question)?;
        self.expect(question)
    }

    /// Takes the next answer, which has to be the one to this question.
    pub(crate) fn expect(&mut self, question: &[u8]) -> Verdict {
        let wanted = question.to_ascii_uppercase();
        let came = self.answer(&wanted)?;
        self.same(&wanted, &came)
    }

    /// Takes the next answer; `wanted` is shown when none comes.
    pub(crate) fn answer(&mut self, wanted: &[u8]) -> Verdict<Vec<u8>> {
        self.receive(wanted, self.deadline).map(|(came, _)| came)
    }

    /// Is the right answer there at once?
    pub(crate) fn glance(&mut self, question: &[u8]) -> Verdict {
        let wanted = question.to_ascii_uppercase();
        let soon = Instant::now() + Duration::from_millis(300);
        let (came, _) = self.receive(&wanted, soon.min(self.deadline))?;
        self.same(&wanted, &came)
    }

    /// Is what came what was wanted?
    pub(crate) fn same(&self, wanted: &[u8], came: &[u8]) -> Verdict {
        if came == wanted {
            return Ok(());
        }
        let finding = Finding::bytes(How::Different, wanted, came);
        Err(finding.after_sending(&self.sent).into())
    }

    /// Takes the next answer, and says who sent it.
    pub(crate) fn receive_from(
        &mut self,
        wanted: &[u8],
    ) -> Verdict<SocketAddr> {
        self.receive(wanted, self.deadline).map(|(_, from)| from)
    }

    fn receive(
        &self,
        wanted: &[u8],
        deadline: Instant,
    ) -> Verdict<(Vec<u8>, SocketAddr)> {
        let mut buffer = vec![0; 65_535];
        match receive(&self.socket, &mut buffer, deadline) {
            Ok((n, from)) => Ok((buffer[..n].to_vec(), from)),
            Err(_) => {
                let seen = "No answer came.";
                let mut finding = Finding::new(How::Silence, seen);
                finding.bytes = Some((wanted.to_vec(), Vec::new()));
                Err(finding.after_sending(&self.sent).into())
            }
        }
    }
}

/// The next datagram before the deadline.
pub fn receive(
    socket: &UdpSocket,
    buffer: &mut [u8],
    deadline: Instant,
) -> io::Result<(usize, SocketAddr)> {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        socket.set_read_timeout(Some(left))?;
        match socket.recv_from(buffer) {
            // Windows tells here that an earlier datagram found nobody.
            Err(e)
                if matches!(
                    e.kind(),
                    ErrorKind::ConnectionReset | ErrorKind::Interrupted
                ) => {}
            result => return result,
        }
    }
}
