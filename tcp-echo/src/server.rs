//! The server: bind, listen, accept, and a loop inside a loop.
//!
//! "The original" is the Python program that this lesson retells.

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use common::addr::{Addr, announce};
use common::failure::{cannot_listen, no_thread, reason};
use common::output::bytes;
use common::trace::{TcpListener, TcpStream, Trace};

/// How many bytes one read() takes at most.
pub const BUFFER: usize = 1024;

/// Reserves the address, this machine's IP address and a port, and listens on
/// it. (`log` is a function, here and below: it writes a line about what
/// happens. `trace` shows socket calls, with --trace; TcpListener and TcpStream
/// are std's, plus that.)
pub fn bind(
    addr: &Addr,
    trace: &Trace,
    log: fn(String),
) -> Result<TcpListener> {
    // Python's socket(), bind() and listen() in one call. Python's bind()
    // reserves the address. listen() tells the system to make connections for
    // us: it keeps them in a queue, the backlog, until accept() takes them.
    // On Unix std also sets SO_REUSEADDR: without it, the port of a server that
    // has just ended can stay reserved for a minute.
    // (|e| ... is a closure, like Python's lambda e: ... It turns the system's
    // error into one that says what to do.)
    let listener = TcpListener::bind(addr, trace)
        .map_err(|e| cannot_listen(addr, "--addr", &e))?;

    // Port 0 means any free port, so ask which one it is.
    announce(addr, listener.local_addr()?, log);
    Ok(listener)
}

/// The connection loop: one turn for each client. (`-> !`: it never returns.)
pub fn serve(listener: &TcpListener, sequential: bool, log: fn(String)) -> ! {
    loop {
        // accept() waits for the next connection and takes it from the
        // queue. The listener stays; the client gets a socket of its own.
        let (stream, client) = match listener.accept() {
            Ok(accepted) => accepted,
            Err(e) => {
                // For example: too many open files (each socket counts as one).
                // When a client leaves, there is room again. So wait.
                log(format!("cannot accept a connection: {}", reason(&e)));
                thread::sleep(Duration::from_millis(100));
                continue;
            }
        };

        if sequential {
            // As in the original, one client at a time: the next one waits in
            // the queue, connected but without an answer.
            talk(stream, client, log);
            continue;
        }
        // A thread for each client. (`move` gives `stream` to the closure. Where
        // thread::spawn panics because no thread is left, Builder returns an
        // error; then the closure is dropped, and that closes the connection.)
        let task = move || talk(stream, client, log);
        if let Err(e) = thread::Builder::new().spawn(task) {
            log(format!("{client} dropped: {}", no_thread(&e)));
        }
    }
}

/// One client, from its arrival to its end.
fn talk(stream: TcpStream, client: SocketAddr, log: fn(String)) {
    log(format!("{client} connected"));
    match echo(stream) {
        Ok(total) => log(format!("{client} closed after {}", bytes(total))),
        // The connection broke. Only this client is affected. (If its network
        // only goes silent, there is no error: read() waits on.)
        Err(e) => log(format!("{client} was lost: {}", reason(&e))),
    }
}

/// The communication loop: one turn for each piece that arrives. Returns how
/// many bytes came.
fn echo(mut stream: TcpStream) -> io::Result<usize> {
    // Send each reply at once. By default the system holds a small one back
    // until the one before it has been acknowledged: Nagle's algorithm.
    stream.set_nodelay(true)?;

    let mut buffer = [0; BUFFER];
    let mut total = 0;
    loop {
        // read() waits for the first byte, then returns the bytes that are
        // there. They can be half a line, a line, or three.
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            // 0 bytes mean the end of the stream: the client has said that
            // no more will come. Without this test the loop would run on and
            // read 0 bytes again and again, as in the original.
            // `stream` goes out of scope at the return, and that closes it.
            return Ok(total);
        }
        // The first n bytes: a part of `buffer` itself. (Python would copy.)
        let piece = &mut buffer[..n];
        piece.make_ascii_uppercase();

        // write() may take a part of the bytes; write_all() calls it until
        // all are taken. (Python's send() and sendall().)
        stream.write_all(piece)?;
        total += n;
    }
}
