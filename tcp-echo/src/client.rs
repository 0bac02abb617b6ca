//! The client: connect, then send a line and read its echo, in a loop.

use std::io::{Read, Write};
use std::time::Duration;

use anyhow::{Result, ensure};
use common::addr::Addr;
use common::failure::{cannot_connect, connection_lost};
use common::input::Input;
use common::trace::{TcpStream, Trace};
use common::{output::print_reply, printable::printable};

use crate::LESSON;

/// We send at most this many bytes, then read their echo. 16 KiB fit into the
/// buffers of the two computers, so write_all() need not wait.
///
/// Suppose we sent 20 MB first. The server sends its echo, but we do not read
/// it. So the server cannot go on writing, and stops reading. Then we cannot go
/// on writing either. Each waits for the other: a deadlock, which only the
/// timeout would end.
const PIECE: usize = 16 * 1024;

/// Connects. No connect, read or write waits longer than `timeout`.
pub fn connect(
    addr: &Addr,
    timeout: Duration,
    trace: &Trace,
) -> Result<TcpStream> {
    // The handshake has three packets: our system sends SYN ("let us
    // connect"), the server's answers with SYN and ACK ("yes, let us"), ours
    // sends ACK ("got it"). Then connect() returns.
    let stream = TcpStream::connect(addr, timeout, trace)
        .map_err(|e| cannot_connect(addr, LESSON, &e))?;
    stream.set_read_timeout(Some(timeout))?;
    stream.set_write_timeout(Some(timeout))?;
    Ok(stream)
}

/// Sends each line and shows its echo. A line longer than PIECE goes in parts.
pub fn converse(stream: &mut TcpStream, mut input: Input) -> Result<()> {
    // The newline travels too. So an empty line is one byte, and gets its
    // echo. The original sends nothing for it, and waits for an answer.
    while let Some(part) = input.piece(PIECE)? {
        print_reply(&exchange(stream, &part)?)?;
    }
    Ok(())
}

/// Sends one message and returns its echo.
pub fn exchange(stream: &mut TcpStream, message: &[u8]) -> Result<Vec<u8>> {
    let failed = |e| connection_lost("the server", &e);
    stream.write_all(message).map_err(failed)?;

    // Where does the reply end? The stream does not say, but an echo is as
    // long as the message. One read() may return less, so read on until all
    // of it is here.
    let mut reply = Vec::new();
    let mut buffer = [0; 1024]; // the original: recv(1024)
    while reply.len() < message.len() {
        let n = stream.read(&mut buffer).map_err(failed)?;
        let missing = message.len() - reply.len();
        ensure!(
            n > 0,
            "the server closed the connection, {missing} of {} bytes \
             unanswered; look at what the other end says, then try again",
            message.len()
        );
        reply.extend_from_slice(&buffer[..n]);
    }
    ensure!(
        reply == message.to_ascii_uppercase(),
        "the reply is not our line in upper case; check that --addr leads to \
         a server of tcp-echo. It says: {}",
        printable(&reply)
    );
    Ok(reply)
}
