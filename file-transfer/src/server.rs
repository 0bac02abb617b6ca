//! The server: for each connection one request after the other, each answered by a
//! header and, when it is a file, by the bytes of the file.

mod accept;
mod digests;
mod peer;
mod sendfile;
pub mod share;

use std::io::{Read, Write};
use std::time::Duration;

use anyhow::{Result, ensure};
use common::addr::{Addr, announce};
use common::failure::cannot_bind;
use common::message::write_message;
use common::output::bytes;
use common::trace::{TcpListener, Trace};

use crate::digest::{BUFFER, memory};
use crate::wire::{Entry, Reply, Request};
use accept::each_client;
use peer::Peer;
use share::{SharedFile, SharedFolder};

pub struct Server {
    pub folder: SharedFolder,
    /// How long to wait for a client in the middle of something.
    pub timeout: Duration,
    pub max_clients: usize,
    /// Leaves Nagle's algorithm on, and sends header and file in two writes, as
    /// the original does: to show what it costs.
    pub nagle: bool,
    /// Writes a line of the log: nothing in the tour, which has its own words.
    pub log: fn(String),
}

/// Takes the address, and logs which it is: port 0 means any free port.
pub fn bind(
    addr: &Addr,
    trace: &Trace,
    log: fn(String),
) -> Result<TcpListener> {
    let listener = TcpListener::bind(addr, trace).map_err(cannot_bind(addr))?;
    announce(addr, listener.local_addr()?, log);
    Ok(listener)
}

impl Server {
    /// The connection loop: a thread for each client. (`-> !`: it never returns.)
    pub fn serve(self, listener: &TcpListener) -> ! {
        let (max_clients, log) = (self.max_clients, self.log);
        // move: the threads share the server, which is not ours any more.
        each_client(listener, max_clients, log, move |peer| self.converse(peer))
    }

    /// The communication loop: one turn for each request.
    fn converse(&self, peer: &mut Peer) -> Result<()> {
        peer.stream.set_up(!self.nagle, self.timeout)?;
        while let Some(request) = peer.next_request(self.timeout)? {
            // A file or folder that cannot be opened is answered by an error.
            match request {
                Request::Get { filename, offset } => {
                    match self.folder.open(filename, offset, peer) {
                        Ok(file) => self.send_file(peer, file)?,
                        Err(e) => peer.say_no(&e)?,
                    }
                }
                Request::List => match self.folder.list(peer) {
                    Ok(entries) => send_listing(peer, entries)?,
                    Err(e) => peer.say_no(&e)?,
                },
            }
            peer.stream.flush()?;
        }
        Ok(()) // the client has closed the connection
    }

    /// Sends the header, then the file from the header's offset on.
    fn send_file(&self, peer: &mut Peer, file: SharedFile) -> Result<()> {
        let SharedFile { header, start, rest } = file;
        let mut left = header.file_size - header.offset - start.len() as u64;
        // The stream keeps what is written until flush(): a small file, which lies
        // in memory, leaves together with its header, in one write.
        write_message(&mut peer.stream, &Reply::File(header))?;
        if self.nagle {
            peer.stream.flush()?; // in two writes, as the original does it
        }
        peer.stream.write_all(&start)?;
        peer.stream.flush()?;

        // From here on the client takes every byte as part of the file. If
        // something fails, no error message can be sent: the connection ends.
        let mut socket = peer.stream.socket();

        // Linux has a call that sends a file; it leaves no bytes for the loop
        // below. On other systems the loop sends all of them.
        left -= sendfile::send(socket, &rest, left)?;

        // Never more bytes than announced, even if the file grows meanwhile.
        let mut rest = rest.take(left);
        let mut buffer = memory(left.min(BUFFER as u64) as usize)?;
        while left > 0 {
            let n = rest.read(&mut buffer).map_err(share::cannot_read_on)?;
            ensure!(n > 0, "the file became {} shorter", bytes(left));
            // write() may take less than it is given; write_all() goes on.
            socket.write_all(&buffer[..n])?;
            left -= n as u64;
        }
        Ok(())
    }
}

/// How many files there are, then one message for each.
fn send_listing(peer: &mut Peer, entries: Vec<Entry>) -> Result<()> {
    let count = entries.len() as u64;
    write_message(&mut peer.stream, &Reply::Listing { count })?;
    for entry in entries {
        write_message(&mut peer.stream, &entry)?;
    }
    Ok(())
}
