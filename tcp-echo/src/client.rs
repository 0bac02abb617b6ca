//! The client: connect, then send a line and read its echo, in a loop.

mod words; // what it says when something fails

use std::io::{Read, Write};
use std::time::Duration;

use anyhow::{Result, bail};
use common::addr::Addr;
use common::input::Input;
use common::output::print_reply;
use common::trace::{TcpStream, Trace};

use words::{cannot_connect, connection_lost, ended_early, not_an_echo};

/// We send at most this many bytes, then read their echo. So few always fit
/// into the buffers of both systems: write_all() need not wait.
///
/// Suppose we sent 20 MB first. The server sends its echo, but we do not read
/// it. So the server cannot go on writing, and stops reading. Then we cannot go
/// on writing either. Each waits for the other: a deadlock, which only the
/// timeout would end.
const PIECE: usize = 1024;

/// Connects. No connect, read or write waits longer than `timeout`.
pub fn connect(
    addr: &Addr,
    timeout: Duration,
    trace: &Trace,
) -> Result<TcpStream> {
    // The handshake has three packets: our system sends SYN ("let us
    // connect"), the server's answers with SYN and ACK ("yes, let us"), ours
    // sends ACK ("got it"). Then connect() returns.
    // (map_err() puts the system's error into words, and `?` returns it.)
    let stream = TcpStream::connect(addr, timeout, trace)
        .map_err(cannot_connect(addr))?;
    stream.set_read_timeout(Some(timeout))?;
    stream.set_write_timeout(Some(timeout))?;
    Ok(stream)
}

/// Sends each line and shows its echo. A line longer than PIECE goes in parts.
pub fn converse(stream: &mut TcpStream, mut input: Input) -> Result<()> {
    // The newline travels too. So an empty line is one byte, and gets its
    // echo. The original sends nothing for it, and waits for an answer.
    while let Some(part) = input.piece(PIECE)? {
        let reply = exchange(stream, &part)?;
        print_reply(&reply)?;
    }
    Ok(())
}

/// Sends one message and returns its echo.
pub fn exchange(stream: &mut TcpStream, message: &[u8]) -> Result<Vec<u8>> {
    stream.write_all(message).map_err(connection_lost)?;

    // Where does the reply end? The stream does not say, but an echo is as
    // long as the message. One read() may return less, so read on until all
    // of it is here.
    let mut reply = Vec::new();
    let mut buffer = [0; 1024]; // the original: recv(1024)
    while reply.len() < message.len() {
        let n = stream.read(&mut buffer).map_err(connection_lost)?;
        if n == 0 {
            bail!(ended_early(&reply, message)); // bail! returns an error
        }
        reply.extend_from_slice(&buffer[..n]);
    }
    if reply != message.to_ascii_uppercase() {
        bail!(not_an_echo(&reply));
    }
    Ok(reply)
}
