//! One UDP socket of a check: asks, waits no longer than its patience, compares.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use crate::finding::{Finding, How, Verdict, broken, skipped};
use crate::server::Server;
use crate::still::left_until;

/// A client of one socket.
pub struct UdpProbe {
    socket: UdpSocket,
    server: SocketAddr,
    /// How long it waits for an answer.
    pub patience: Duration,
    /// The last question.
    sent: Vec<u8>,
}

impl UdpProbe {
    /// A socket on a free port.
    pub fn new(server: &Server) -> Verdict<Self> {
        let socket = UdpSocket::bind((every(server.addr), 0));
        let socket = socket.map_err(|e| broken("no socket", &e))?;
        let Server { addr, patience, .. } = *server;
        Ok(Self { socket, server: addr, patience, sent: Vec::new() })
    }

    /// Sends one datagram.
    pub fn send(&mut self, question: &[u8]) -> Verdict {
        self.sent = question.to_vec();
        match self.socket.send_to(question, self.server) {
            Ok(_) => Ok(()),
            Err(e) if is_refused(&e) => Ok(()), // an earlier one was: no answer comes
            // macOS sends 9,216 bytes at most, unless told otherwise.
            Err(e) if question.len() > 9216 => {
                skipped(format!("this system does not send it: {e}"))
            }
            Err(e) => Err(broken("a datagram cannot be sent", &e)),
        }
    }

    /// Sends a question, and wants its answer.
    pub fn ask(&mut self, question: &[u8]) -> Verdict {
        self.send(question)?;
        self.compare(<[u8]>::to_vec)
    }

    /// The same for letters: capitals, white space, and a rest of bytes 0 do not count,
    /// since another check is about them.
    pub fn ask_letters(&mut self, question: &[u8]) -> Verdict {
        self.send(question)?;
        self.letters()
    }

    /// Takes the next answer, which has to have the letters of the last question.
    pub fn letters(&mut self) -> Verdict {
        self.compare(|came| {
            let text = came.split(|byte| *byte == 0).next().unwrap_or_default();
            text.trim_ascii().to_ascii_uppercase()
        })
    }

    fn compare(&mut self, counted: fn(&[u8]) -> Vec<u8>) -> Verdict {
        let wanted = self.sent.to_ascii_uppercase();
        let (came, _) = self.answer(&wanted)?;
        let (wanted, came) = (counted(&wanted), counted(&came));
        if came == wanted {
            return Ok(());
        }
        self.fails(Finding::bytes(How::Different, &wanted, &came))
    }

    /// Nothing comes behind the answer.
    pub fn expect_no_more(&self) -> Verdict {
        let soon = Instant::now() + Duration::from_millis(100);
        let Ok((came, _)) = receive(&self.socket, soon) else { return Ok(()) };
        let finding = Finding::bytes(How::Different, b"", &came);
        let meaning = "One datagram gets one answer: send it once.";
        self.fails(finding.meaning(meaning))
    }

    /// The check fails with this, and what was sent before it.
    pub fn fails<T>(&self, finding: Finding) -> Verdict<T> {
        Err(finding.after_sending(&self.sent).into())
    }

    /// Takes the next answer, and says who sent it; `wanted` is shown when none comes.
    pub fn answer(&self, wanted: &[u8]) -> Verdict<(Vec<u8>, SocketAddr)> {
        let deadline = Instant::now() + self.patience;
        receive(&self.socket, deadline)
            .or_else(|_| self.fails(Finding::bytes(How::Silence, wanted, b"")))
    }
}

/// Every address of a machine, of the same kind as the server's.
pub fn every(server: SocketAddr) -> IpAddr {
    match server {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    }
}

/// Has a system told that an earlier datagram found nobody?
pub fn is_refused(e: &io::Error) -> bool {
    use ErrorKind::{ConnectionRefused, ConnectionReset};
    matches!(e.kind(), ConnectionRefused | ConnectionReset)
}

/// The next datagram before the deadline, and who sent it.
pub fn receive(
    socket: &UdpSocket,
    deadline: Instant,
) -> io::Result<(Vec<u8>, SocketAddr)> {
    let mut buffer = vec![0; 65_535];
    loop {
        socket.set_read_timeout(Some(left_until(deadline)?))?;
        match socket.recv_from(&mut buffer) {
            Err(e) if is_refused(&e) || e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
            Ok((n, from)) => {
                buffer.truncate(n);
                return Ok((buffer, from));
            }
        }
    }
}
