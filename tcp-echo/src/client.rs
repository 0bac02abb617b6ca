//! The client: connect, then send a line and read its echo, in a loop.

use std::io::{Read, Write};
use std::time::Duration;

use anyhow::{Result, ensure};
use common::addr::Addr;
use common::failure::{cannot_connect, connection_lost};
use common::input::Input;
use common::trace::{TcpStream, Trace};
use common::{output::print_reply, printable::printable};

/// How many bytes are sent before their echo is read. The buffers of the two
/// systems hold so many, so write_all() below never has to wait.
///
/// With 20 MB it would: the server, too, could write no more until we read,
/// and would stop reading. Then both ends write, nobody reads, and both wait
/// without end: a deadlock.
const PIECE: usize = 16 * 1024;

/// Connects to the server. It may be silent for `timeout`, and no longer.
pub fn connect(
    addr: &Addr,
    timeout: Duration,
    trace: &Trace,
) -> Result<TcpStream> {
    // Two systems make a connection with three packets: SYN there, SYN and
    // ACK back, ACK there. That is the handshake; then connect() returns.
    let stream = TcpStream::connect(addr, timeout, trace)
        .map_err(|e| cannot_connect(addr, "tcp-echo", &e))?;
    stream.set_read_timeout(Some(timeout))?;
    stream.set_write_timeout(Some(timeout))?;
    Ok(stream)
}

/// Sends each line and shows its echo. A line longer than PIECE goes in parts.
pub fn converse(stream: &mut TcpStream, mut input: Input) -> Result<()> {
    // The newline travels too. So an empty line is one byte, and gets its
    // echo. The original sends nothing for it, and waits for an answer.
    while let Some(line) = input.piece(PIECE)? {
        print_reply(&exchange(stream, &line)?)?;
    }
    Ok(())
}

/// Sends one message and returns its echo.
pub fn exchange(stream: &mut TcpStream, message: &[u8]) -> Result<Vec<u8>> {
    let lost = |e| connection_lost("the server", &e);
    stream.write_all(message).map_err(lost)?;

    // Where does the reply end? The stream does not say, but an echo is as
    // long as the message. One read() may return less, so read on until all
    // of it is here.
    let mut reply = Vec::new();
    let mut buffer = [0; 1024]; // as recv(1024)
    while reply.len() < message.len() {
        let n = stream.read(&mut buffer).map_err(lost)?;
        let missing = message.len() - reply.len();
        ensure!(
            n > 0,
            "the server closed the connection, {missing} of {} bytes \
             unanswered; see whether it still runs, then connect again",
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
