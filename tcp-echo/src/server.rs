//! The server: bind, listen, accept, and a loop inside a loop.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use common::cli::{self, Addr};
use common::trace::{Trace, Traced};

/// How many bytes one read() takes at most.
pub const BUFFER: usize = 1024;

/// Claims the address, and says which it is: port 0 means any free port.
pub fn bind(
    addr: &Addr,
    trace: &Trace,
    log: fn(String),
) -> Result<Traced<TcpListener>> {
    // Python's socket(), bind() and listen() in one. (On Unix SO_REUSEADDR,
    // too: a server that is started again finds its port free.) From here on
    // the system completes handshakes by itself, and keeps the connections in
    // a queue until accept() takes them: the backlog, the 5 of listen(5).
    let listener =
        TcpListener::bind(addr).map_err(|e| cli::cannot_listen(addr, &e))?;
    log(format!("listening on {}", listener.local_addr()?));
    Ok(trace.listener("server", listener))
}

/// The connection loop: one turn for each client that comes.
pub fn serve(
    listener: &Traced<TcpListener>,
    sequential: bool,
    log: fn(String),
) -> Result<()> {
    loop {
        // accept() takes the next connection from the queue, or waits.
        let (stream, peer) = match listener.accept() {
            Ok(accepted) => accepted,
            Err(e) => {
                // Out of file descriptors, say. The next client may be
                // luckier; the pause keeps the loop from spinning.
                log(format!("cannot accept a connection: {e}"));
                thread::sleep(Duration::from_millis(100));
                continue;
            }
        };

        if sequential {
            // The original's way: the next client waits in the queue,
            // connected and unanswered, until this one has left.
            talk(stream, peer, log);
            continue;
        }
        let started =
            thread::Builder::new().spawn(move || talk(stream, peer, log));
        if let Err(e) = started {
            log(format!("no thread for {peer}: {e}"));
        }
    }
}

/// Everything that one client gets to see.
fn talk(stream: Traced<TcpStream>, peer: SocketAddr, log: fn(String)) {
    log(format!("{peer} connected"));
    match echo(stream) {
        Ok(total) => log(format!("{peer} closed after {total} bytes")),
        // A client that crashes or loses its network is no reason to stop:
        // only its own connection ends.
        Err(e) => log(format!("{peer} vanished: {e}")),
    }
}

/// The communication loop: one turn for each piece that arrives.
fn echo(mut stream: Traced<TcpStream>) -> io::Result<u64> {
    let mut buffer = [0; BUFFER];
    let mut total = 0;
    loop {
        // read() waits for the first byte, then returns what there is. That
        // is some bytes of the stream: half a line, a line, or three.
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            // No bytes means: there will never be any more. Without this
            // test the loop would spin for ever, as the original's does.
            // With the return the stream is dropped, and that closes it.
            return Ok(total);
        }
        let piece = &mut buffer[..n];
        piece.make_ascii_uppercase();

        // write() may take less than it is given; write_all() goes on.
        // (Python's send() and sendall().)
        stream.write_all(piece)?;
        total += n as u64;
    }
}
