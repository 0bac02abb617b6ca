//! The client: send a line as a datagram, wait for the answer, or ask again.

mod report; // what it says meanwhile, and when something fails

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use common::input::Input;
use common::output::{log_error, print_reply, without_newline};
use common::trace::{Trace, UdpSocket};

pub use report::{LONGEST_IPV4, find};
use report::{Report, allow_silence, cannot_send, no_socket, time_left};

/// Which server to ask, and how patiently.
pub struct Client {
    pub server: SocketAddr,
    pub timeout: Duration,
    pub retries: u64,
    pub trace: Trace,
    pub log: fn(String),
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
        let mut buffer = vec![0; 65_535]; // room for any datagram
        let mut report = Report::new(self.server, self.log);
        for tries in 0..=self.retries {
            if tries > 0 {
                // The question was lost, or the answer, or the server is
                // slow: to the client all three look the same. To ask an echo
                // twice does no harm. "Pay 100 euros" would be paid twice.
                report.asking_again(tries, self.retries, self.timeout);
            }
            // A new socket, and so a new port, for each try. An answer does not
            // say which question it belongs to. At the end of a try its socket
            // goes out of scope and is closed, so a late answer is not taken
            // for the answer to this question. (Many UDP protocols put a number
            // into the question and into its answer instead.)
            let socket = open(self.server, &self.trace).map_err(no_socket)?;
            let sent = socket.send_to(question, self.server);
            sent.map_err(cannot_send(question, self.server))?;

            let deadline = Instant::now() + self.timeout;
            while let Some(left) = time_left(deadline) {
                // Without a timeout recv_from() waits until a datagram comes.
                // When none comes, it waits without end. It gets the time that
                // is left, not the whole timeout again: strangers could make
                // us wait without end, one datagram at a time.
                socket.set_read_timeout(Some(left))?;
                match socket.recv_from(&mut buffer) {
                    Ok((n, from)) if from == self.server => {
                        return Ok(buffer[..n].to_vec());
                    }
                    // Anybody can send something to our port.
                    Ok((n, from)) => report.ignored(n, from),
                    // No error, if nothing has come: look at the time again.
                    Err(e) => allow_silence(e)?,
                }
            }
        }
        // (bail! returns an error.)
        bail!(report.no_answer(self.retries, self.timeout))
    }
}

/// A socket on a free port, for the server's kind of address.
pub fn open(server: SocketAddr, trace: &Trace) -> io::Result<UdpSocket> {
    // In Python the first sendto() does this. 0.0.0.0 (in IPv6 [::]) means:
    // the system chooses our address. Port 0 means: any free port.
    let any = if server.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = UdpSocket::bind(any, trace)?;

    // Where no server runs, its port is free as well. If the system has given
    // us that one, we would ask ourselves: take another while we have it.
    if socket.local_addr()?.port() == server.port() {
        return UdpSocket::bind(any, trace);
    }
    Ok(socket)
}
