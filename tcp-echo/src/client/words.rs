//! The words of the client when something fails.

use std::io;

use common::addr::Addr;
use common::failure::{self, Failure};
use common::output::bytes;
use common::printable::{boundary, printable};

use crate::lesson::LESSON;

/// Why there is no connection.
pub fn cannot_connect(addr: &Addr) -> impl FnOnce(io::Error) -> Failure {
    move |e| failure::cannot_connect(addr, LESSON, &e)
}

/// Why the connection broke.
pub fn connection_lost(e: io::Error) -> Failure {
    failure::connection_lost("the server", &e)
}

/// The stream has ended before the echo was whole.
pub fn ended_early(reply: &[u8], message: &[u8]) -> Failure {
    let (came, of) = (reply.len(), bytes(message.len()));
    let missing = message.len() - came;
    Failure::new(
        "the server closed the connection",
        format!("{missing} of {of} unanswered"),
        "look at what the other end says, then try again",
    )
}

/// The reply is no echo.
pub fn not_an_echo(reply: &[u8]) -> Failure {
    let head = printable(&reply[..boundary(reply, 60)]);
    Failure::new(
        "the reply is not our line in upper case",
        format!("it says: {head}"),
        "check that --addr leads to a server of tcp-echo",
    )
}
