//! The client's connection: made when it is needed, and made again where the server has
//! left.

use std::collections::VecDeque;
use std::fmt::Display;
use std::io::{self, BufRead, Read, Write};
use std::net::Shutdown;
use std::time::Duration;

use anyhow::{Context, Error, Result, bail};
use common::addr::Addr;
use common::failure::{Failure, cannot_connect, connection_lost, timed_out};
use common::frame::FrameError;
use common::message::{MessageError, read_message, write_message};
use common::output::log;
use common::trace::{TcpStream, Trace};
use serde::de::DeserializeOwned;

use crate::lesson::LESSON;
use crate::shortage::MAX_LISTING;
use crate::stream::Stream;
use crate::wire::{Reply, Request};

/// How much longer than for anything else the client waits for the reply to `get`: the
/// server may read the whole file first, to compute its digest.
const DIGEST: u32 = 20;

/// How many bytes of requests leave ahead, in one write: they fit into the smallest
/// buffers that a system has. So this end does not wait until the server reads them,
/// while the server waits until this end reads a file.
const AHEAD: usize = 2048;

/// A request without the name in it.
const AROUND: usize = r#"----{"command":"get","filename":""}"#.len();

pub struct Connection {
    pub addr: Addr,
    timeout: Duration,
    pub trace: Trace,
    stream: Stream,
    /// The requests that have left, and whose reply has not come to its end. `None` when
    /// it has begun: until its end nobody knows where the next frame begins.
    asked: VecDeque<Option<Request>>,
    /// Had the request been sent ahead whose reply comes next?
    ahead: bool,
}

impl Connection {
    /// Connects, so that a missing server is noticed before the first command.
    pub fn open(addr: Addr, timeout: Duration, trace: Trace) -> Result<Self> {
        let failed = |e| cannot_connect(&addr, LESSON, &e);
        let socket =
            TcpStream::connect(&addr, timeout, &trace).map_err(failed)?;
        let stream = Stream::new(socket);
        stream.set_up(true, timeout).map_err(failed)?;
        let (asked, ahead) = (VecDeque::new(), false);
        Ok(Self { addr, timeout, trace, stream, asked, ahead })
    }

    /// Sends a request whose reply is the next one to come, if it has not left already.
    pub fn ask(&mut self, request: Request) -> Result<()> {
        self.ahead =
            matches!(self.asked.front(), Some(Some(it)) if *it == request);
        if self.ahead {
            return Ok(());
        }
        // What comes unasked is an answer, too: it may refuse us.
        let is_open = self.stream.is_open() || self.stream.has_more();
        // A reply that nobody wants any more may be under way, or half a request.
        let is_midway = !self.asked.is_empty() || self.stream.has_unsent();
        if is_midway || !is_open {
            // Closed first: the server may have one seat.
            let _ = self.stream.socket().shutdown(Shutdown::Both);
            self.asked = [None].into(); // as long as there is no other
            let (addr, trace) = (self.addr.clone(), self.trace.clone());
            *self = Self::open(addr, self.timeout, trace)?;
        }
        self.send(vec![request])
    }

    /// Asks for the first of these files, when those that were asked for ahead have come.
    pub fn ask_ahead<'a>(&mut self, names: impl Iterator<Item = &'a String>) {
        if self.asked.len() > 1 {
            return;
        }
        let mut bytes = 0;
        let names = names.take_while(|name| {
            bytes += AROUND + name.len();
            bytes <= AHEAD
        });
        let get =
            |name: &String| Request::Get { filename: name.clone(), offset: 0 };
        // If that fails: the file that is on its way may still come.
        let _ = self.send(names.map(get).collect());
    }

    pub fn has_asked(&self, name: &str) -> bool {
        let this = Request::Get { filename: name.into(), offset: 0 };
        self.asked.front() == Some(&Some(this))
    }

    fn send(&mut self, requests: Vec<Request>) -> Result<()> {
        for request in &requests {
            write_message(&mut self.stream, request)?;
        }
        self.stream.flush().map_err(|e| self.lost(&e))?;
        self.asked.extend(requests.into_iter().map(Some));
        Ok(())
    }

    /// Reads the next reply. What follows it is read with [`read`](Self::read) or
    /// [`message`](Self::message), and after the last of it comes [`done`](Self::done).
    pub fn reply(&mut self) -> Result<Reply> {
        let begun = self.asked.front_mut().and_then(Option::take);
        if let Some(request @ Request::Get { .. }) = begun {
            let waited = self.wait_for_digest();
            let is_slow = waited.as_ref().is_err_and(timed_out);
            if self.ahead && !self.stream.has_more() && !is_slow {
                // The server has left before it came to this request.
                self.ask(request)?;
                return self.reply();
            }
            waited.map_err(|e| self.lost(&e))?;
        }
        match self.message()? {
            Reply::Error { message } => {
                self.done(); // nothing follows an error
                bail!("the server says: {message}")
            }
            Reply::Listing { count } if count > MAX_LISTING => {
                let e = format!("it lists {count} files: over {MAX_LISTING}");
                Err(self.not_the_protocol(e))
            }
            reply => Ok(reply),
        }
    }

    /// Waits for the first byte of the reply to `get`: before that, the server may read
    /// the whole file to compute its digest, a minute for 30 GB.
    fn wait_for_digest(&mut self) -> io::Result<()> {
        let soon = Duration::from_secs(1).min(self.timeout);
        let waited = self.stream.within(Some(soon)).fill_buf().map(drop);
        if !waited.as_ref().is_err_and(timed_out) {
            return waited;
        }
        log("Waiting: the server may be computing the digest.");
        let more = self.timeout * DIGEST - soon;
        self.stream.within(Some(more)).fill_buf().map(drop)
    }

    /// Reads one message that has to come, and come in time.
    pub fn message<T: DeserializeOwned>(&mut self) -> Result<T> {
        let stream = self.stream.within(Some(self.timeout));
        let message = read_message(stream).map_err(|e| match e {
            MessageError::Frame(FrameError::Io(e)) => self.lost(&e),
            e => self.not_the_protocol(e),
        })?;
        message.with_context(|| {
            format!(
                "{} closed the connection instead of answering; look at what the \
                 other end says, then try again",
                self.addr
            )
        })
    }

    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let stream = self.stream.within(Some(self.timeout));
        stream.read(buffer).map_err(|e| self.lost(&e))
    }

    /// Both ends agree again on where the next frame begins.
    pub fn done(&mut self) {
        self.asked.pop_front();
    }

    // The words for what goes wrong.

    fn lost(&self, e: &io::Error) -> Error {
        connection_lost(&self.addr, e).into()
    }

    /// The reply to another request than ours.
    pub fn other_answer(&self) -> Error {
        self.not_the_protocol("it answers another question")
    }

    pub fn not_the_protocol(&self, why: impl Display) -> Error {
        let what = format!("{} does not keep to the protocol", self.addr);
        let remedy = "check that --addr leads to a server of file-transfer";
        Failure::new(what, why, remedy).into()
    }
}
