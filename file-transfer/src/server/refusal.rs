//! How the server says no, and how it ends a connection so that this can still be read.

use std::io::Read;
use std::net::Shutdown;
use std::time::Duration;

use anyhow::{Error, Result, anyhow};
use common::failure::{reason, timed_out};
use common::frame::FrameError;
use common::in_time::InTime;
use common::message::{MessageError, write_message};
use common::trace::TcpStream;

use crate::wire::Reply;

/// Answers a request that cannot be fulfilled; the connection goes on.
pub fn send_error(stream: &mut TcpStream, e: &Error) -> Result<()> {
    let message = e.to_string();
    write_message(stream, &Reply::Error { message }).map_err(gone)
}

/// Ends a connection, tells the peer why, and returns why.
pub fn refuse(stream: &mut TcpStream, e: Error) -> Error {
    // If the peer has gone, nobody reads this; `e` is still the reason.
    let _ = send_error(stream, &e).and_then(|()| say_goodbye(stream));
    e
}

/// Ends a connection in such a way that the peer gets what we have sent.
///
/// A connection that is closed with bytes unread is reset, and then the peer's system
/// throws away what it has received and not read yet: our message. So say that no more
/// bytes follow, and read what still comes, for a second.
fn say_goodbye(stream: &TcpStream) -> Result<()> {
    stream.shutdown(Shutdown::Write)?;
    let mut rest = InTime::new(stream, Duration::from_secs(1));
    // Large reads: what the peer sends in that second must not outrun them.
    let mut thrown_away = vec![0; 64 * 1024];
    while rest.read(&mut thrown_away)? > 0 {}
    Ok(())
}

/// What one client too many is told.
pub fn busy(max_clients: usize) -> Error {
    anyhow!(
        "no more than {max_clients} at a time are served here; try again later"
    )
}

/// The connection has failed: words for the log, the same on every system.
pub fn gone(e: impl Into<MessageError>) -> Error {
    match e.into() {
        MessageError::Frame(FrameError::Io(e)) if timed_out(&e) => {
            anyhow!("the client has stopped in the middle (timed out)")
        }
        MessageError::Frame(FrameError::Io(e)) => {
            anyhow!("the client has gone ({})", reason(&e))
        }
        e => e.into(),
    }
}
