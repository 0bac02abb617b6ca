//! The server: for each connection one request after the other, each answered by a
//! header and, when it is a file, by the bytes of the file.

mod cache;
pub mod options;
mod refusal;
mod request;
mod seats;
pub mod share;

use std::fmt::Display;
use std::io::{BufWriter, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use common::addr::Addr;
use common::failure::cannot_listen;
use common::message::write_message;
use common::output;
use common::trace::{TcpListener, TcpStream, Trace};

use crate::digest::BUFFER;
use crate::wire::{Reply, Request};
use options::Options;
use refusal::{busy, gone, refuse, send_error};
use request::next_request;
use seats::Seats;
use share::SharedFolder;

/// How many clients too many are told so at the same time. Each of them takes a thread
/// for up to a second; those beyond are closed without a word.
const REFUSALS: usize = 8;

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
        let addr = server.listener.local_addr()?;
        server.log(format_args!("listening on {addr}"));
        Ok(server)
    }

    /// The connection loop: a thread for each client. It runs until the process ends.
    pub fn serve(self) {
        let seats = Seats::new(self.options.max_clients);
        let refusals = Seats::new(REFUSALS);
        // Every thread holds a share of the server.
        let server = Arc::new(self);
        loop {
            let (stream, peer) = match server.listener.accept() {
                Ok(accepted) => accepted,
                Err(e) => {
                    // Too many open files, for example: the pause keeps the
                    // loop from spinning until a connection ends.
                    server.log(format_args!("cannot accept a client: {e}"));
                    thread::sleep(Duration::from_millis(100));
                    continue;
                }
            };
            let shared = server.clone();
            let started = if let Some(seat) = seats.take() {
                seat.spawn(move || shared.talk(stream, peer))
            } else if let Some(seat) = refusals.take() {
                seat.spawn(move || shared.turn_away(stream, peer))
            } else {
                continue; // the stream is dropped here, and that closes it
            };
            if let Err(e) = started {
                server.log(format_args!("no thread for {peer}: {e}"));
            }
        }
    }

    /// One client, from its connection to its end.
    fn talk(&self, mut stream: TcpStream, peer: SocketAddr) {
        self.log(format_args!("{peer} connected"));
        match self.answer_requests(&mut stream, peer) {
            Ok(()) => self.log(format_args!("{peer} closed")),
            Err(e) => self.log(format_args!("{peer} dropped: {e:#}")),
        }
    }

    /// The communication loop: one turn for each request.
    fn answer_requests(
        &self,
        stream: &mut TcpStream,
        peer: SocketAddr,
    ) -> Result<()> {
        // Header and file are two writes. With Nagle's algorithm the second
        // would wait until the first is acknowledged, and the other end delays
        // that: 44 ms for each small file instead of 0.1.
        stream.set_nodelay(!self.options.nagle)?;
        stream.set_write_timeout(Some(self.options.timeout))?;

        while let Some(request) = next_request(stream, self.options.timeout)? {
            match request {
                Request::Get { filename, offset } => {
                    let name = output::one_line(format_args!("{filename:?}"));
                    self.log(format_args!("{peer} get {name}"));
                    self.send_file(stream, &filename, offset)?;
                }
                Request::List => {
                    self.log(format_args!("{peer} list"));
                    self.send_listing(stream)?;
                }
            }
        }
        Ok(()) // the client has said goodbye
    }

    /// Answers `get`: a header, then the bytes of the file from `offset` on.
    fn send_file(
        &self,
        stream: &mut TcpStream,
        filename: &str,
        offset: u64,
    ) -> Result<()> {
        let (header, file) = match self.folder.open(filename, offset) {
            Ok(opened) => opened,
            Err(e) => return send_error(stream, &e),
        };
        let mut left = header.file_size - header.offset;
        write_message(stream, &Reply::File(header)).map_err(gone)?;

        // From here on the client counts bytes: whatever goes wrong, there is
        // no place for an error message, only an end that comes too early.
        // Never more bytes than announced, even if the file grows meanwhile.
        let mut file = file.take(left);
        let mut buffer = vec![0; left.min(BUFFER as u64) as usize];
        while left > 0 {
            let n = file.read(&mut buffer).context("cannot read on")?;
            if n == 0 {
                let missing = output::bytes(left);
                bail!("{filename:?} became {missing} shorter on its way");
            }
            stream.write_all(&buffer[..n]).map_err(gone)?;
            left -= n as u64;
        }
        Ok(())
    }

    /// Answers `list`: how many files there are, then one message for each.
    fn send_listing(&self, stream: &mut TcpStream) -> Result<()> {
        let entries = match self.folder.list() {
            Ok(entries) => entries,
            Err(e) => return send_error(stream, &e),
        };
        // Many small frames: the buffer makes few writes of them.
        let mut stream = BufWriter::new(stream);
        let count = entries.len() as u64;
        write_message(&mut stream, &Reply::Listing { count }).map_err(gone)?;
        for entry in entries {
            write_message(&mut stream, &entry).map_err(gone)?;
        }
        stream.flush().map_err(gone)
    }

    /// One client too many.
    fn turn_away(&self, mut stream: TcpStream, peer: SocketAddr) {
        let e = refuse(&mut stream, busy(self.options.max_clients));
        self.log(format_args!("{peer} dropped: {e}"));
    }

    fn log(&self, line: impl Display) {
        if !self.options.quiet {
            output::log(line);
        }
    }
}
