//! One client, as the server sees it: its connection, its requests, and its lines in the
//! log.

use std::fmt::Display;
use std::io::{self, BufRead, Write};
use std::net::{Shutdown, SocketAddr};
use std::time::Duration;

use anyhow::{Error, Result};
use common::failure::{reason, timed_out};
use common::frame::FrameError;
use common::message::{MessageError, read_message, write_message};
use common::output::one_line;
use common::trace::TcpStream;

use crate::shortage::{remedy, server_error};
use crate::stream::Stream;
use crate::wire::{Reply, Request};

pub struct Peer {
    pub stream: Stream,
    addr: SocketAddr,
    log: fn(String),
}

impl Peer {
    pub fn new(socket: TcpStream, addr: SocketAddr, log: fn(String)) -> Self {
        Self { stream: Stream::new(socket), addr, log }
    }

    pub fn log(&self, line: impl Display) {
        (self.log)(format!("{} {}", self.addr, one_line(line)));
    }

    /// Waits for its next request; `None` is its goodbye. What is no request is refused.
    ///
    /// The first byte may take all day, because the client is at its prompt. When it has
    /// come, the whole request has to follow within `time`.
    pub fn next_request(&mut self, time: Duration) -> Result<Option<Request>> {
        self.stream.within(None).fill_buf()?; // if only the end of the stream
        match read_message(self.stream.within(Some(time))) {
            Ok(request) => {
                request.iter().for_each(|request| self.log(words(request)));
                Ok(request)
            }
            Err(e) => {
                let e = Error::from(e);
                self.turn_away(why(&e));
                // A connection that is closed with bytes unread is reset, and then the
                // client's system throws away what it has received and not read yet: our
                // message. So read what still comes, for a moment.
                let moment = Some(time.min(Duration::from_secs(5)));
                let _ = io::copy(self.stream.within(moment), &mut io::sink());
                Err(e)
            }
        }
    }

    /// Says why a request cannot be fulfilled; the connection goes on.
    pub fn say_no(&mut self, e: &Error) -> Result<()> {
        self.log(e);
        let message = e.to_string();
        write_message(&mut self.stream, &Reply::Error { message })?;
        Ok(())
    }

    /// Says why nothing more follows. If the client has gone, nobody reads this.
    pub fn turn_away(&mut self, message: String) {
        let _ = write_message(&mut self.stream, &Reply::Error { message });
        let _ = self.stream.flush();
        let _ = self.stream.socket().shutdown(Shutdown::Write);
    }

    pub fn left(&self, how: Result<()>) {
        match how {
            Ok(()) => self.log("closed"),
            Err(e) => self.log(format_args!("dropped: {}", why(&e))),
        }
    }
}

/// Why a connection ends, in words that are the same on every system.
fn why(e: &Error) -> String {
    let lost = match e.downcast_ref() {
        Some(MessageError::Frame(FrameError::Io(e))) => Some(e),
        Some(e) => {
            return format!(
                "{}; a request is the length of its JSON as four bytes, highest \
                 first, and then the JSON, such as {{\"command\":\"list\"}}",
                one_line(e) // serde_json repeats what it did not expect
            );
        }
        None => e.downcast_ref(),
    };
    match lost {
        Some(e) if timed_out(e) => {
            "the client has stopped in the middle (timed out)".into()
        }
        // A shortage of the server's own.
        Some(e) if remedy(e).is_some() => {
            server_error("cannot serve this client", e).to_string()
        }
        Some(e) => format!("the client has gone ({})", reason(e)),
        None => e.to_string(),
    }
}

fn words(request: &Request) -> String {
    match request {
        // In quotes and escaped: a name must not look like another line.
        Request::Get { filename, offset: 0 } => format!("get {filename:?}"),
        Request::Get { filename, offset } => {
            format!("get {filename:?} from byte {offset}")
        }
        Request::List => "list".into(),
    }
}
