//! The server: bind, listen, accept, and a loop inside a loop.
//!
//! "The original" is the Python program that this lesson retells.

mod trouble; // what it says and does when the system refuses it something

use std::io::{self, Read, Write};
use std::net::SocketAddr;

use anyhow::Result;
use common::addr::{Addr, announce};
use common::failure::{cannot_bind, reason};
use common::output::bytes;
use common::trace::{TcpListener, TcpStream, Trace};

use trouble::{start_thread, wait_for_room};

/// How many bytes one read() takes at most.
pub const BUFFER: usize = 1024;

/// Reserves the address, this machine's IP address and a port, and listens on
/// it. (`log` is a function, here and below: it prints what happens. `trace`
/// shows socket calls, with --trace; TcpListener and TcpStream are std's, plus
/// that.)
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
    // (map_err() puts the system's error into words, and `?` returns it.)
    let listener = TcpListener::bind(addr, trace).map_err(cannot_bind(addr))?;

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
                // When a client leaves, there is room again.
                wait_for_room(&e, log);
                continue;
            }
        };

        // What is to be done for this client, as a function without a name: a
        // closure, like Python's lambda. (`move` gives `stream` to it.)
        let task = move || talk(stream, client, log);
        if sequential {
            // As in the original, one client at a time: the next one waits in
            // the queue, connected but without an answer.
            task();
        } else {
            start_thread(client, task, log);
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
