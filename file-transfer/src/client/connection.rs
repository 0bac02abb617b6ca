//! The client's connection: made when it is needed, and made again where the server has
//! left.

use std::fmt;
use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use anyhow::{Context, Error, Result, bail};
use common::addr::Addr;
use common::failure::{Failure, cannot_connect, connection_lost, timed_out};
use common::frame::FrameError;
use common::in_time::InTime;
use common::message::{MessageError, read_message, write_message};
use common::output::log;
use common::trace::{TcpStream, Trace};
use serde::de::DeserializeOwned;

use crate::LESSON;
use crate::keepalive::keep_alive;
use crate::wire::{Reply, Request};

pub struct Connection {
    addr: Addr,
    timeout: Duration,
    trace: Trace,
    /// The stream between two commands. A command takes it out, and puts it back when
    /// both ends agree again on where the next frame begins. An error before that drops
    /// it, which closes it; the next command then connects again.
    idle: Option<TcpStream>,
}

impl Connection {
    /// Connects, so that a missing server is noticed before the first command.
    pub fn open(addr: Addr, timeout: Duration, trace: Trace) -> Result<Self> {
        let mut connection = Self { addr, timeout, trace, idle: None };
        connection.idle = Some(connection.connect()?);
        Ok(connection)
    }

    fn connect(&self) -> Result<TcpStream> {
        let addr = &self.addr;
        let stream = TcpStream::connect(addr, self.timeout, &self.trace)
            .map_err(|e| cannot_connect(addr, LESSON, &e))?;
        // A small request must not wait until the last one is acknowledged
        // (Nagle's algorithm). Both ends of a protocol turn it off.
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(self.timeout))?;
        keep_alive(&stream)?;
        Ok(stream)
    }

    /// Sends a request and waits for its reply. What follows the reply is to be read
    /// from the stream; after its last byte, [`keep`](Self::keep) the stream.
    pub fn request(&mut self, request: &Request) -> Result<(Reply, TcpStream)> {
        let mut stream = match self.idle.take() {
            Some(stream) if is_open(&stream)? => stream,
            _ => self.connect()?,
        };
        write_message(&mut stream, request).map_err(|e| self.explain(e))?;
        if let Request::Get { .. } = request {
            self.wait_for_digest(&stream)?;
        }
        let reply = self.receive(&stream)?;
        if let Reply::Error { message } = reply {
            self.keep(stream); // nothing follows an error
            bail!("the server says: {message}");
        }
        // From here on each read() may wait this long.
        stream.set_read_timeout(Some(self.timeout))?;
        Ok((reply, stream))
    }

    /// Both ends agree again on where the next frame begins.
    pub fn keep(&mut self, stream: TcpStream) {
        self.idle = Some(stream);
    }

    /// Waits for the first byte of the reply to `get`: before that, the server reads the
    /// whole file to compute its digest.
    fn wait_for_digest(&self, stream: &TcpStream) -> Result<()> {
        // That takes a minute for 30 GB: tell the user, and allow twenty times
        // what a peer in the middle of something gets.
        let second = Duration::from_secs(1).min(self.timeout);
        stream.set_read_timeout(Some(second))?;
        let started = Instant::now();
        let mut told = false;
        // peek() leaves in the stream what it has seen.
        while let Err(e) = stream.peek(&mut [0]) {
            if !timed_out(&e) || started.elapsed() >= self.timeout * 20 {
                return Err(self.lost(&e));
            }
            if !told {
                log("Waiting: the server may be computing the digest.");
            }
            told = true;
        }
        Ok(())
    }

    /// Reads one message that has to come, and come in time.
    pub fn receive<T: DeserializeOwned>(
        &self,
        stream: &TcpStream,
    ) -> Result<T> {
        read_message(&mut InTime::new(stream, self.timeout))
            .map_err(|e| self.explain(e))?
            .with_context(|| {
                format!(
                    "{self} closed the connection instead of answering; look at \
                     what the other end says, then try again"
                )
            })
    }

    /// Are its calls shown, or recorded?
    pub fn is_traced(&self) -> bool {
        !self.trace.is_off()
    }

    // The words for what goes wrong.

    pub fn lost(&self, e: &io::Error) -> Error {
        connection_lost(self, e).into()
    }

    /// The reply to another request than ours.
    pub fn other_answer(&self) -> Error {
        self.not_the_protocol("it answers another question than ours")
    }

    /// The result of a check: a failure is the server's.
    pub fn checked<T>(&self, result: Result<T>) -> Result<T> {
        result.map_err(|e| self.not_the_protocol(e))
    }

    pub fn not_the_protocol(&self, why: impl fmt::Display) -> Error {
        Failure::new(
            format!("{self} does not keep to the protocol"),
            why.to_string(),
            "check that --addr leads to a server of file-transfer",
        )
        .into()
    }

    fn explain(&self, e: MessageError) -> Error {
        match e {
            MessageError::Frame(FrameError::Io(e)) => self.lost(&e),
            e => self.not_the_protocol(e),
        }
    }
}

/// The address of the server.
impl fmt::Display for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.addr.fmt(f)
    }
}

/// Has the server left a connection that was not used for a while?
fn is_open(stream: &TcpStream) -> io::Result<bool> {
    // Look without waiting. Where a read would have to wait, the server is still there.
    let stream = stream.untraced();
    stream.set_nonblocking(true)?;
    let next = stream.peek(&mut [0]);
    stream.set_nonblocking(false)?;
    Ok(match next {
        Ok(0) => false, // the end of the stream
        Ok(_) => true, // what it sends unasked is an answer, too: it may refuse us
        Err(e) => e.kind() == ErrorKind::WouldBlock,
    })
}
