//! Refuse a client so that it learns why: send it the message, then end the connection,
//! even if the client is still sending.
//!
//! The client gets the message and the end of the stream at once, and may send on until
//! it has read them. But it may also send without end, or never close: `limit` after
//! the message was sent, return, whatever it does. (`Ok` or an error: both are right
//! then.)

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

pub fn last_words(
    mut stream: TcpStream,
    message: &[u8],
    limit: Duration,
) -> io::Result<()> {
    todo!()
}
