//! The server: for each connection one request after the other, each answered by a
//! header and, when it is a file, by the bytes of the file.

mod cache;
pub mod options;
mod refusal;
mod request;
mod seats;
mod sendfile;
pub mod share;

use std::fmt::Display;
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use common::addr::{Addr, announce};
use common::failure::{cannot_listen, no_thread, reason};
use common::message::write_message;
use common::output::{self, bytes};
use common::trace::{TcpListener, TcpStream, Trace};

use crate::digest::BUFFER;
use crate::keepalive::keep_alive;
use crate::wire::{Header, Reply};
use options::Options;
use refusal::{busy, gone, refuse, send_error};
use request::next_request;
use seats::{Seat, Seats};
use share::{Answer, Listing, SharedFolder, note};

pub struct Server {
    pub listener: TcpListener,
    folder: SharedFolder,
    options: Options,
}

impl Server {
    /// Takes the address, and logs which it is: port 0 means any free port.
    pub fn bind(
        addr: &Addr,
        folder: SharedFolder,
        options: Options,
        trace: &Trace,
    ) -> Result<Self> {
        let listener = TcpListener::bind(addr, trace)
            .map_err(|e| cannot_listen(addr, "--addr", &e))?;
        let server = Self { listener, folder, options };
        announce(addr, server.listener.local_addr()?, |line| server.log(line));
        Ok(server)
    }

    /// The connection loop: a thread for each client. It runs until the process ends.
    pub fn serve(self) {
        let seats = Seats::new(self.options.max_clients);
        // The threads share the server: each gets a clone of this Arc, and the
        // server itself is not copied.
        let server = Arc::new(self);
        loop {
            let (stream, peer) = match server.listener.accept() {
                Ok(accepted) => accepted,
                Err(e) => {
                    // Too many open files, for example: the pause keeps the
                    // loop from spinning until a connection ends.
                    server.log(format_args!("cannot accept: {}", reason(&e)));
                    thread::sleep(Duration::from_millis(100));
                    continue;
                }
            };
            let Some(seat) = seats.take() else {
                continue; // the stream is dropped here, and that closes it
            };
            // move: the thread owns the stream and the seat from now on.
            let shared = server.clone();
            let talk = move || shared.talk(stream, peer, seat);
            if let Err(e) = thread::Builder::new().spawn(talk) {
                server.log(format_args!("{peer} dropped: {}", no_thread(&e)));
            }
        }
    }

    /// One client, from its connection to its end.
    fn talk(&self, mut stream: TcpStream, peer: SocketAddr, seat: Seat) {
        self.log(format_args!("{peer} connected"));
        let result = match seat.is_extra() {
            false => self.answer(&mut stream, peer),
            true => Err(refuse(&mut stream, busy(self.options.max_clients))),
        };
        drop(seat); // free for the next client
        match result {
            Ok(()) => self.log(format_args!("{peer} closed")),
            Err(e) => self.log(format_args!("{peer} dropped: {e:#}")),
        }
    }

    /// The communication loop: one turn for each request.
    fn answer(&self, stream: &mut TcpStream, peer: SocketAddr) -> Result<()> {
        // Header and file are two writes. With Nagle's algorithm the second
        // would wait until the first is acknowledged, and the other end delays
        // that: 44 ms for each small file instead of 0.1.
        stream.set_nodelay(!self.options.nagle)?;
        stream.set_write_timeout(Some(self.options.timeout))?;
        keep_alive(stream)?;

        while let Some(request) = next_request(stream, self.options.timeout)? {
            self.log(format_args!("{peer} {}", output::one_line(&request)));
            let answer = self.folder.answer(request);
            if let Some(note) = note(&answer) {
                self.log(format_args!("{peer} {note}"));
            }
            match answer {
                Ok(Answer::File(header, f)) => send_file(stream, header, f)?,
                Ok(Answer::Listing(listing)) => send_listing(stream, listing)?,
                Err(e) => send_error(stream, &e)?,
            }
        }
        Ok(()) // the client has closed the connection
    }

    fn log(&self, line: impl Display) {
        if !self.options.quiet {
            output::log(line);
        }
    }
}

/// Sends the header, then the rest of the file, which is open at the offset already.
fn send_file(stream: &mut TcpStream, header: Header, file: File) -> Result<()> {
    let mut left = header.file_size - header.offset;
    let name = header.filename.clone();
    write_message(stream, &Reply::File(header)).map_err(gone)?;

    // From here on the client takes every byte as part of the file. If
    // something fails, no error message can be sent: the connection ends.

    // Linux has a call that sends a file; it leaves no bytes for the loop
    // below. On other systems the loop sends all of them.
    left -= sendfile::send(stream, &file, left).map_err(gone)?;

    // Never more bytes than announced, even if the file grows meanwhile.
    let mut file = file.take(left);
    let mut buffer = vec![0; left.min(BUFFER as u64) as usize];
    while left > 0 {
        let n = file.read(&mut buffer).context("cannot read on")?;
        ensure!(n > 0, "{name:?} became {} shorter on its way", bytes(left));
        // write() may take less than it is given; write_all() goes on.
        stream.write_all(&buffer[..n]).map_err(gone)?;
        left -= n as u64;
    }
    Ok(())
}

/// How many files there are, then one message for each.
fn send_listing(stream: &mut TcpStream, listing: Listing) -> Result<()> {
    // Many small frames: the buffer makes few writes of them.
    let mut stream = BufWriter::new(stream);
    let count = listing.entries.len() as u64;
    write_message(&mut stream, &Reply::Listing { count }).map_err(gone)?;
    for entry in listing.entries {
        write_message(&mut stream, &entry).map_err(gone)?;
    }
    stream.flush().map_err(gone)
}
