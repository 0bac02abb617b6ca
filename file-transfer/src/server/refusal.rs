//! How the server says no, and how it ends a connection so that this can still be read.

use std::io::{self, Read};
use std::net::Shutdown;
use std::time::Duration;

use anyhow::{Error, Result, anyhow};
use common::failure::{reason, timed_out};
use common::frame::FrameError;
use common::message::{MessageError, write_message};

use crate::shortage::memory;
use crate::stream::Stream;
use crate::wire::Reply;

/// Answers a request that cannot be fulfilled; the connection goes on.
pub fn send_error(stream: &mut Stream, e: &Error) -> Result<()> {
    let message = e.to_string();
    Ok(write_message(stream, &Reply::Error { message })?)
}

/// Ends a connection, tells the peer why, and returns why.
pub fn refuse(stream: &mut Stream, e: Error) -> Error {
    // If the peer has gone, nobody reads this; `e` is still the reason.
    let _ = send_error(stream, &e).and_then(|()| say_goodbye(stream));
    e
}

/// Ends a connection in such a way that the peer gets what we have sent.
///
/// A connection that is closed with bytes unread is reset, and then the peer's system
/// throws away what it has received and not read yet: our message. So say that no more
/// bytes follow, and read what still comes, for a second.
fn say_goodbye(stream: &mut Stream) -> Result<()> {
    stream.socket().shutdown(Shutdown::Write)?;
    stream.allow(Some(Duration::from_secs(1)));
    // Large reads: what the peer sends in that second must not outrun them.
    let mut thrown_away = memory(64 * 1024)?;
    while stream.read(&mut thrown_away)? > 0 {}
    Ok(())
}

/// What one client too many is told.
pub fn busy(max_clients: usize) -> Error {
    anyhow!(
        "no more than {max_clients} at a time are served here; try again later"
    )
}

/// Why a file ends before its time: the file's fault, not the connection's.
pub fn cannot_read_on(e: io::Error) -> Error {
    anyhow!("cannot read on ({})", reason(&e))
}

/// Why a connection has ended, in words for the log that are the same on every system.
pub fn why_dropped(e: &Error) -> String {
    let frame = e.downcast_ref().and_then(|e| match e {
        MessageError::Frame(FrameError::Io(e)) => Some(e),
        _ => None,
    });
    match frame.or(e.downcast_ref::<io::Error>()) {
        Some(e) if timed_out(e) => {
            "the client has stopped in the middle (timed out)".into()
        }
        Some(e) => format!("the client has gone ({})", reason(e)),
        None => format!("{e:#}"),
    }
}
