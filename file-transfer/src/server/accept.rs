//! The next client that gets a seat, and what is logged while none can come in.

use std::collections::VecDeque;
use std::net::{Shutdown, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use std::{io, thread};

use common::failure::{no_thread, reason};
use common::message::write_message;
use common::trace::{TcpListener, TcpStream};

use crate::server::options::Options;
use crate::server::peer::Peer;
use crate::wire::Reply;

/// How many clients too many are kept until they have read why they are.
const KEPT: usize = 32;

pub struct Acceptor<'a> {
    listener: &'a TcpListener,
    options: &'a Options,
    /// Each client has a clone of it: so it counts the seats that are taken.
    seats: Arc<()>,
    /// Their connections stay open for a while: one that is closed with bytes unread is
    /// reset, and then the client's system throws away what it has not read yet.
    refused: VecDeque<TcpStream>,
    /// What there is none left of, while it lasts.
    shortage: Option<String>,
}

impl<'a> Acceptor<'a> {
    pub fn new(listener: &'a TcpListener, options: &'a Options) -> Self {
        let (seats, refused) = (Arc::new(()), VecDeque::new());
        Self { listener, options, seats, refused, shortage: None }
    }

    /// Waits for the next client that gets a seat.
    pub fn next(&mut self) -> Peer {
        loop {
            match self.listener.accept() {
                Ok((socket, addr)) => {
                    let taken = Arc::strong_count(&self.seats) - 1;
                    if taken >= self.options.max_clients {
                        self.refuse(socket, addr);
                        continue;
                    }
                    let seat = self.seats.clone();
                    return Peer::new(socket, addr, seat, self.options.quiet);
                }
                Err(e) => {
                    // Too many open files, for example: the pause keeps the loop
                    // from spinning until a connection ends.
                    self.refused.clear();
                    self.note(Some(format!("cannot accept: {}", reason(&e))));
                    thread::sleep(Duration::from_millis(100));
                }
            }
        }
    }

    /// One client too many is told so, and has to leave. A message this small fits into
    /// an empty connection: nothing here waits for the client.
    fn refuse(&mut self, mut socket: TcpStream, addr: SocketAddr) {
        let message = format!(
            "no more than {} at a time are served here; try again later",
            self.options.max_clients
        );
        self.options.log(format_args!("{addr} dropped: {message}"));
        // If the client has gone, nobody reads this.
        let _ = write_message(&mut socket, &Reply::Error { message });
        let _ = socket.shutdown(Shutdown::Write);
        self.refused.push_back(socket);
        if self.refused.len() > KEPT {
            self.refused.pop_front();
        }
    }

    /// Has the thread of a client started?
    pub fn started<T>(&mut self, thread: &io::Result<T>) {
        let failed = thread.as_ref().err();
        self.note(
            failed.map(|e| format!("a client dropped: {}", no_thread(e))),
        );
    }

    /// Logs a shortage when it begins and when it is over, and not each time that
    /// somebody meets it.
    fn note(&mut self, shortage: Option<String>) {
        if shortage != self.shortage {
            let over = "that is over: clients are served again";
            self.options.log(shortage.as_deref().unwrap_or(over));
            self.shortage = shortage;
        }
    }
}
