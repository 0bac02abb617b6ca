//! The client: connect, then send a line and read its echo, in a loop.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};
use common::cli::{self, Addr, Input};
use common::trace::{Trace, Traced};

use crate::server::BUFFER;

/// Connects, and sets how long a silent server is waited for.
pub fn connect(
    addr: &Addr,
    timeout: Duration,
    trace: &Trace,
) -> Result<Traced<TcpStream>> {
    // Returns when both systems have agreed on the connection: three packets,
    // there, back and there again. That is the handshake.
    let stream = TcpStream::connect(addr)
        .map_err(|e| cli::cannot_connect(addr, "tcp-echo", &e))?;
    stream.set_read_timeout(Some(timeout))?;
    stream.set_write_timeout(Some(timeout))?;
    Ok(trace.connected("client", stream))
}

/// Sends each line, newline included, and shows the reply.
pub fn converse(
    stream: &Traced<TcpStream>,
    mut input: Input,
    show: fn(&[u8]),
) -> Result<()> {
    // The newline travels too. An empty line is then one byte, and is
    // answered; the original sends zero bytes, and waits for ever.
    while let Some(line) = input.line()? {
        let reply = exchange(stream, &line)?;
        show(&reply);
    }
    Ok(())
}

/// Sends one message and returns its echo.
pub fn exchange(stream: &Traced<TcpStream>, message: &[u8]) -> Result<Vec<u8>> {
    // Write here and read there, at the same time. Writing all before reading
    // any would work until a message outgrows the buffers in the system: then
    // the server cannot write any more until we read, so it does not read, so
    // we cannot write any more. Both would wait for ever.
    thread::scope(|scope| {
        // A stream can be shared: one thread writes, another one reads.
        // (Builder, since a thread that cannot start must be no panic.)
        let mut half = stream;
        let writing = thread::Builder::new()
            .spawn_scoped(scope, move || half.write_all(message))?;

        let reply = read_reply(stream, message.len());
        if reply.is_err() {
            // Frees the writer, in case it waits for a server that is stuck.
            let _ = stream.shutdown(Shutdown::Both);
        }
        // With the whole echo here, all has been written.
        let _written = writing.join();
        reply
    })
}

/// Reads until `length` bytes have come.
fn read_reply(
    mut stream: &Traced<TcpStream>,
    length: usize,
) -> Result<Vec<u8>> {
    // One read() would return the first piece. Where does the reply end? The
    // stream does not say, but an echo is as long as what was sent.
    let mut reply = Vec::with_capacity(length);
    let mut buffer = [0; BUFFER];
    while reply.len() < length {
        let wanted = BUFFER.min(length - reply.len()); // and nothing behind it
        match stream.read(&mut buffer[..wanted]) {
            Ok(0) => bail!(
                "the server closed the connection with {} of {length} bytes \
                 unanswered; see whether it still runs, then connect again",
                length - reply.len()
            ),
            Ok(n) => reply.extend_from_slice(&buffer[..n]),
            Err(e) => return Err(cli::lost("the server", &e).into()),
        }
    }
    Ok(reply)
}
