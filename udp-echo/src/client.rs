//! The client: send a line as a datagram, wait for the answer, or ask again.

mod words; // the texts of errors and of the log

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use common::addr::Addr;
use common::failure::{cannot_connect, timed_out};
use common::input::Input;
use common::output::{log_error, print_reply, without_newline};
use common::resolve;
use common::trace::{Trace, UdpSocket};

use crate::LESSON;
pub use words::MAX_DATAGRAM;
use words::{cannot_send, ignored, no_answer, trying_again};

/// Which server to ask, and how patiently.
pub struct Client {
    pub server: SocketAddr,
    pub timeout: Duration,
    pub retries: u64,
    pub trace: Trace,
    pub log: fn(String), // called as (self.log)(...), since it is a field
}

/// Finds the server's address. Nothing is sent: only an answer will show that
/// a server is there.
pub fn find(addr: &Addr, timeout: Duration) -> Result<SocketAddr> {
    let found = resolve::first(addr, timeout);
    Ok(found.map_err(|e| cannot_connect(addr, LESSON, &e))?)
}

impl Client {
    /// Sends each line and shows the answer. Counts the lines without one.
    pub fn converse(
        &self,
        mut input: Input,
        unanswered: &mut usize,
    ) -> Result<()> {
        while let Some(line) = input.line()? {
            // Without its newline: one datagram is one message, and needs no
            // mark at its end. An empty line becomes an empty datagram.
            match self.ask(without_newline(&line)) {
                Ok(mut answer) => {
                    answer.push(b'\n');
                    print_reply(&answer)?;
                }
                // There is no connection that could be broken. Only this line
                // has no answer: say so, and go on with the next.
                Err(e) => {
                    log_error(e);
                    *unanswered += 1;
                }
            }
        }
        Ok(())
    }

    /// Sends the question, again and again, until an answer comes.
    pub fn ask(&self, question: &[u8]) -> Result<Vec<u8>> {
        let mut stranger = None; // who else has sent us something
        for tries in 0..=self.retries {
            if tries > 0 {
                // The question was lost, or the answer, or the server is
                // slow: to the client all three look the same. To ask an echo
                // twice does no harm. "Pay 100 euros" would be paid twice.
                (self.log)(trying_again(tries, self.retries, self.timeout));
            }
            // A new socket, and so a new port, for each try. An answer does not
            // say which question it belongs to. At the end of a try its socket
            // goes out of scope and is closed, so a late answer is not taken
            // for the answer to this question. (Many UDP protocols put a number
            // into the question and into its answer instead.)
            let socket = self.open().context("cannot open a socket")?;
            socket
                .send_to(question, self.server)
                .map_err(|e| cannot_send(question.len(), self.server, &e))?;
            if let Some(answer) = self.wait(&socket, &mut stranger)? {
                return Ok(answer);
            }
        }
        bail!(no_answer(self.server, self.timeout, self.retries, stranger))
    }

    /// A socket on a free port, for the server's kind of address.
    fn open(&self) -> io::Result<UdpSocket> {
        // In Python the first sendto() does this. 0.0.0.0 (in IPv6 [::])
        // means: the system chooses our address. Port 0 means: any free port.
        let any = if self.server.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
        UdpSocket::bind(any, &self.trace)
    }

    /// Waits for the server's answer; `None` when it has not come in time.
    fn wait(
        &self,
        socket: &UdpSocket,
        stranger: &mut Option<SocketAddr>,
    ) -> Result<Option<Vec<u8>>> {
        let mut buffer = vec![0; 65_535]; // room for any datagram
        let deadline = Instant::now() + self.timeout;
        loop {
            // The time that is left, not the whole timeout again: strangers
            // could make us wait without end, one datagram at a time.
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            // Without a timeout recv_from() waits until a datagram comes. When
            // none comes, it waits without end.
            socket.set_read_timeout(Some(left))?;
            let (n, from) = match socket.recv_from(&mut buffer) {
                Ok(datagram) => datagram,
                Err(e) if timed_out(&e) => return Ok(None),
                // On Windows: no program has the server's port. But such a
                // report can be faked, and the server may start soon: wait on.
                Err(e) if e.kind() == ErrorKind::ConnectionReset => continue,
                Err(e) => return Err(e).context("cannot receive"),
            };
            if from == self.server {
                return Ok(Some(buffer[..n].to_vec()));
            }
            // Anybody can send something to our port.
            (self.log)(ignored(n, from, self.server));
            *stranger = Some(from);
        }
    }
}
