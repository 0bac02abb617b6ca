//! One client, as the server sees it: its connection, its seat, its requests, and its
//! lines in the log.

use std::fmt::{self, Display};
use std::io::{self, BufRead, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Error, Result, anyhow};
use common::failure::{reason, timed_out};
use common::frame::FrameError;
use common::message::{MessageError, read_message, write_message};
use common::output::{log, one_line};
use common::trace::TcpStream;

use crate::shortage::memory;
use crate::stream::Stream;
use crate::wire::{Reply, Request};

pub struct Peer {
    /// Taken until this is dropped. That is before the connection: a client that sees its
    /// end may come in.
    _seat: Arc<()>,
    pub stream: Stream,
    addr: SocketAddr,
    quiet: bool,
}

impl Peer {
    pub fn new(
        socket: TcpStream,
        addr: SocketAddr,
        seat: Arc<()>,
        quiet: bool,
    ) -> Self {
        Self { _seat: seat, stream: Stream::new(socket), addr, quiet }
    }

    pub fn log(&self, line: impl Display) {
        if !self.quiet {
            log(format_args!("{} {}", self.addr, one_line(line)));
        }
    }

    /// Waits for its next request; `None` is its goodbye. What is no request is refused.
    ///
    /// The first byte may take all day, because the client is at its prompt. When it has
    /// come, the whole request has to follow within `time`.
    pub fn next_request(&mut self, time: Duration) -> Result<Option<Request>> {
        self.stream.allow(None);
        self.stream.fill_buf()?; // if only the end of the stream
        self.stream.allow(Some(time));
        let request = read_message(&mut self.stream)
            .map_err(|e| self.refuse(what_is_wrong(e), time))?;
        if let Some(request) = &request {
            self.log(request);
        }
        Ok(request)
    }

    /// Says why a request cannot be fulfilled; the connection goes on.
    pub fn say_no(&mut self, e: &Error) -> Result<()> {
        self.log(e);
        self.send_error(e)
    }

    fn send_error(&mut self, e: &Error) -> Result<()> {
        let message = e.to_string();
        write_message(&mut self.stream, &Reply::Error { message })?;
        Ok(self.stream.flush()?)
    }

    /// Ends the connection, says why, and returns why.
    fn refuse(&mut self, e: Error, time: Duration) -> Error {
        // If the client has gone, nobody reads this; `e` is still the reason.
        let _ = self.send_error(&e).and_then(|()| self.say_goodbye(time));
        e
    }

    /// Ends the connection in such a way that the client gets what we have sent.
    ///
    /// A connection that is closed with bytes unread is reset, and then the client's
    /// system throws away what it has received and not read yet: our message. So say that
    /// no more bytes follow, and read what still comes, for a moment.
    fn say_goodbye(&mut self, time: Duration) -> Result<()> {
        self.stream.socket().shutdown(Shutdown::Write)?;
        self.stream.allow(Some(time.min(Duration::from_secs(5))));
        // Large reads: what the client sends meanwhile must not outrun them.
        let mut thrown_away = memory(64 * 1024)?;
        while self.stream.read(&mut thrown_away)? > 0 {}
        Ok(())
    }

    /// Frees the seat for the next client, and logs how this one has left.
    pub fn leave(self, how: Result<()>) {
        let Self { addr, quiet, .. } = self;
        drop(self);
        let line = match how {
            Ok(()) => format!("{addr} closed"),
            Err(e) => format!("{addr} dropped: {}", one_line(why_dropped(&e))),
        };
        if !quiet {
            log(line);
        }
    }
}

/// What a client is told when its request is none.
fn what_is_wrong(e: MessageError) -> Error {
    match e {
        MessageError::Frame(FrameError::Io(e)) => Error::msg(why_lost(&e)),
        e => anyhow!(
            "{}; a request is the length of its JSON as four bytes, highest \
             first, and then the JSON, such as {{\"command\":\"list\"}}",
            one_line(e) // serde_json repeats what it did not expect
        ),
    }
}

/// Why a connection has ended, for the log.
fn why_dropped(e: &Error) -> String {
    let io = match e.downcast_ref() {
        Some(MessageError::Frame(FrameError::Io(e))) => Some(e),
        _ => e.downcast_ref(),
    };
    io.map_or_else(|| format!("{e:#}"), why_lost)
}

/// In words that are the same on every system.
fn why_lost(e: &io::Error) -> String {
    if timed_out(e) {
        return "the client has stopped in the middle (timed out)".into();
    }
    format!("the client has gone ({})", reason(e))
}

/// A request in the log.
impl Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // In quotes and escaped: a name must not look like another line.
            Self::Get { filename, offset: 0 } => write!(f, "get {filename:?}"),
            Self::Get { filename, offset } => {
                write!(f, "get {filename:?} from byte {offset}")
            }
            Self::List => write!(f, "list"),
        }
    }
}
