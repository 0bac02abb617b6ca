//! One client, as the server sees it: its connection, its seat, and its lines in the log.

use std::fmt::Display;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Error, Result, bail};
use common::output::{log, one_line};
use common::trace::TcpStream;

use crate::server::refusal::{busy, refuse, send_error, why_dropped};
use crate::server::request;
use crate::server::seats::Seat;
use crate::stream::Stream;
use crate::wire::Request;

pub struct Peer {
    addr: SocketAddr,
    pub stream: Stream,
    seat: Seat,
    quiet: bool,
}

impl Peer {
    pub fn new(
        socket: TcpStream,
        addr: SocketAddr,
        seat: Seat,
        quiet: bool,
    ) -> Self {
        Self { addr, stream: Stream::new(socket), seat, quiet }
    }

    pub fn log(&self, line: impl Display) {
        if !self.quiet {
            log(format_args!("{} {}", self.addr, one_line(line)));
        }
    }

    /// Tells one that is one too many so: it has to leave.
    pub fn admit(&mut self, max_clients: usize) -> Result<()> {
        if self.seat.is_extra {
            let busy = busy(max_clients);
            bail!(refuse(&mut self.stream, busy));
        }
        Ok(())
    }

    /// Waits for its next request; `None` is its goodbye.
    pub fn next_request(&mut self, time: Duration) -> Result<Option<Request>> {
        let request = request::next(&mut self.stream, time)?;
        if let Some(request) = &request {
            self.log(request);
        }
        Ok(request)
    }

    /// Says why a request cannot be fulfilled; the connection goes on.
    pub fn say_no(&mut self, e: &Error) -> Result<()> {
        self.log(e);
        send_error(&mut self.stream, e)
    }

    /// Is it still there, as far as one can see without waiting?
    pub fn is_there(&self) -> bool {
        self.stream.is_open()
    }

    /// Frees the seat for the next client, and logs how this one has left.
    pub fn leave(self, how: Result<()>) {
        let Self { addr, stream, seat, quiet } = self;
        drop(seat); // before the connection: who sees its end may come in
        drop(stream);
        if !quiet {
            match how {
                Ok(()) => log(format_args!("{addr} closed")),
                Err(e) => {
                    let why = one_line(why_dropped(&e));
                    log(format_args!("{addr} dropped: {why}"));
                }
            }
        }
    }
}
