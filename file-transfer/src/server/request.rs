//! The next request of a client, in its time.

use std::fmt;
use std::io::BufRead;
use std::time::Duration;

use anyhow::{Error, Result, anyhow};
use common::frame::FrameError;
use common::message::{MessageError, read_message};
use common::output::one_line;

use crate::server::refusal::{refuse, why_dropped};
use crate::stream::Stream;
use crate::wire::Request;

/// Waits for the next request; `None` is the client's goodbye. What is no request has
/// been refused when this returns its error.
///
/// Its first byte may take all day, because the client is at its prompt. When it has
/// come, the whole request has to follow within `time`.
pub fn next(stream: &mut Stream, time: Duration) -> Result<Option<Request>> {
    stream.allow(None);
    stream.fill_buf()?; // if only the end of the stream
    stream.allow(Some(time));
    read_message(stream).map_err(|e| {
        let explained = explain(e);
        refuse(stream, explained)
    })
}

/// What a client is told when its request is none.
fn explain(e: MessageError) -> Error {
    match e {
        MessageError::Frame(FrameError::Io(e)) => {
            Error::msg(why_dropped(&e.into()))
        }
        e => anyhow!(
            "{}; a request is the length of its JSON as four bytes, highest \
             first, and then the JSON, such as {{\"command\":\"list\"}}",
            one_line(e) // serde_json repeats what it did not expect
        ),
    }
}

/// A request in the log.
impl fmt::Display for Request {
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
