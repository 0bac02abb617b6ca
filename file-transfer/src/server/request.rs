//! The next request of a client, in its time.

use std::fmt;
use std::time::Duration;

use anyhow::{Error, Result, anyhow};
use common::frame::FrameError;
use common::in_time::InTime;
use common::message::{MessageError, read_message};
use common::output::one_line;
use common::trace::TcpStream;

use crate::server::refusal::{gone, refuse};
use crate::wire::Request;

/// Waits for the next request; `None` is the client's goodbye. What is no request has
/// been refused when this returns its error.
///
/// Its first byte may take all day, because the client is at its prompt. When it has
/// come, the whole request has to follow within `time`.
pub fn next_request(
    stream: &mut TcpStream,
    time: Duration,
) -> Result<Option<Request>> {
    wait_for_a_byte(stream)?;
    read_message(&mut InTime::new(stream, time))
        .map_err(|e| refuse(stream, explain(e)))
}

/// Waits until there is something to read, if only the end of the stream.
fn wait_for_a_byte(stream: &TcpStream) -> Result<()> {
    stream.set_read_timeout(None)?;
    // peek() leaves in the stream what it has seen.
    stream.peek(&mut [0]).map_err(gone)?;
    Ok(())
}

/// What a client is told when its request is none.
fn explain(e: MessageError) -> Error {
    match e {
        MessageError::Frame(FrameError::Io(e)) => gone(e),
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
            Self::Get { filename, .. } => write!(f, "get {filename:?}"),
            Self::List => write!(f, "list"),
        }
    }
}
