//! The client: send a line as a datagram, wait for the answer, else ask again.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use anyhow::{Context, Error, Result, ensure};
use common::cli::{self, Addr, Failure, Input};
use common::trace::{Trace, Traced};

use crate::server::resolve;

/// The longest datagram, in bytes: an IPv4 packet has at most 65,535, of which
/// the IP header takes 20 and the UDP header 8.
pub const MAX_DATAGRAM: usize = 65_507;

/// Whom to ask, and how patiently.
pub struct Client {
    pub server: SocketAddr,
    pub timeout: Duration,
    pub retries: u32,
    pub trace: Trace,
    pub log: fn(String),
}

/// Finds the server's address. Nothing is sent: whether somebody is there will
/// show when an answer comes.
pub fn find(addr: &Addr) -> Result<SocketAddr> {
    let server =
        resolve(addr).map_err(|e| cli::cannot_connect(addr, "udp-echo", &e))?;
    // A server on 0.0.0.0 answers from the address that the question came to,
    // and that is never 0.0.0.0.
    ensure!(
        !server.ip().is_unspecified(),
        "{addr} is where a server listens on every network, and nowhere to \
         send to; give one of its addresses, such as 127.0.0.1"
    );
    Ok(server)
}

impl Client {
    /// Sends each line and shows the answer; returns how many got none.
    pub fn converse(&self, mut input: Input, show: fn(&[u8])) -> Result<usize> {
        let mut failed = 0;
        while let Some(line) = input.line()? {
            // Without its newline: one datagram is one message, and needs no
            // mark at its end. An empty line becomes an empty datagram.
            match self.ask(cli::without_newline(&line)) {
                Ok(mut answer) => {
                    answer.push(b'\n');
                    show(&answer);
                }
                // No connection is broken, for there is none: only this line
                // is lost. Say so, and go on with the next.
                Err(e) => {
                    cli::complain(e);
                    failed += 1;
                }
            }
        }
        Ok(failed)
    }

    /// Sends the question until an answer comes, or patience ends.
    pub fn ask(&self, question: &[u8]) -> Result<Vec<u8>> {
        let seconds = self.timeout.as_secs_f64();
        for tries in 0..=self.retries {
            if tries > 0 {
                // The question was lost, or the answer, or the server is
                // slow: from here it all looks the same. It does no harm to
                // ask an echo twice. To tell a bank twice would.
                (self.log)(format!(
                    "no answer in {seconds} s, retry {tries} of {}",
                    self.retries
                ));
            }
            // A new socket for each try, and with it a new port. Nothing in
            // an answer says which question it belongs to; but one that comes
            // late, to an earlier try or an earlier line, goes to a port that
            // is closed by now. (Protocols made for UDP put a number into
            // each question, and the same number into its answer.)
            let socket = self.open().context("no socket")?;
            socket
                .send_to(question, self.server)
                .map_err(|e| self.cannot_send(question.len(), &e))?;
            if let Some(answer) = self.wait(&socket)? {
                return Ok(answer);
            }
        }
        let start = cli::start_the_server(&self.server.into(), "udp-echo");
        Err(Failure::new(
            format!("no answer from {}", self.server),
            format!("waited {} x {seconds} s", u64::from(self.retries) + 1),
            format!(
                "{start}; if it is running, ask again with more --timeout or \
                 --retries"
            ),
        )
        .into())
    }

    /// A socket on a free port, of the same kind of address as the server's.
    fn open(&self) -> io::Result<Traced<UdpSocket>> {
        // Python binds silently, in its first sendto(). No connect(): it
        // would send nothing, only let the system do the sorting of wait().
        let socket = match self.server {
            SocketAddr::V4(_) => UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)),
            SocketAddr::V6(_) => UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0)),
        };
        Ok(self.trace.udp("client", socket?))
    }

    /// Waits for the server's answer; `None` when none came in time.
    fn wait(&self, socket: &Traced<UdpSocket>) -> Result<Option<Vec<u8>>> {
        let mut buffer = vec![0; 65_535]; // whatever comes, uncut
        let deadline = Instant::now() + self.timeout;
        loop {
            // What is left, not the whole timeout again: strangers could
            // keep us waiting for ever, one datagram at a time.
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            socket.set_read_timeout(Some(left))?;
            match socket.recv_from(&mut buffer) {
                Ok((n, from)) if from == self.server => {
                    return Ok(Some(buffer[..n].to_vec()));
                }
                // Anybody who guesses the port can send something to it.
                Ok((n, from)) => {
                    (self.log)(format!(
                        "ignored {n} bytes from {from}, which is not {}",
                        self.server
                    ));
                }
                Err(e) => match e.kind() {
                    // The timeout, by the names of Unix and of Windows.
                    ErrorKind::WouldBlock | ErrorKind::TimedOut => {
                        return Ok(None);
                    }
                    // Some systems hear that nobody listens there. But this
                    // can be forged, and the server may be about to start.
                    ErrorKind::ConnectionReset
                    | ErrorKind::ConnectionRefused => {}
                    _ => return Err(Error::new(e).context("cannot receive")),
                },
            }
        }
    }

    fn cannot_send(&self, length: usize, e: &io::Error) -> Failure {
        let remedy = if length > MAX_DATAGRAM {
            "over IPv4 a datagram holds at most 65507 bytes: shorten the line, \
             or use TCP as in lesson 1"
        } else if cfg!(target_os = "macos") && length > 9216 {
            "macOS sends at most 9216 bytes: shorten the line, \
             or allow more with: sudo sysctl -w net.inet.udp.maxdgram=65535"
        } else {
            "check the address given with --addr"
        };
        let what = format!("cannot send {length} bytes to {}", self.server);
        Failure::new(what, e.to_string(), remedy)
    }
}
