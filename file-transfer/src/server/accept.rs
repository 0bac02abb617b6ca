//! The next client that can be served, and what is logged while none can come in.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use std::{io, thread};

use common::failure::{no_thread, reason};
use common::trace::TcpListener;

use crate::server::peer::Peer;

/// How many clients too many are kept until they have read why they are.
const KEPT: usize = 32;

pub struct Acceptor<'a> {
    listener: &'a TcpListener,
    max_clients: usize,
    log: fn(String),
    /// Their connections stay open for a while: one that is closed with bytes unread is
    /// reset, and then the client's system throws away what it has not read yet.
    refused: VecDeque<Peer>,
    /// What there is none left of, while it lasts.
    shortage: Option<String>,
}

impl<'a> Acceptor<'a> {
    pub fn new(
        listener: &'a TcpListener,
        max_clients: usize,
        log: fn(String),
    ) -> Self {
        let refused = VecDeque::new();
        Self { listener, max_clients, log, refused, shortage: None }
    }

    /// Waits for the next client that can be served. Each of those who are has a clone of
    /// this `server`: so it counts them.
    pub fn next<T>(&mut self, server: &Arc<T>) -> Peer {
        loop {
            match self.listener.accept() {
                Ok((socket, addr)) => {
                    let peer = Peer::new(socket, addr, self.log);
                    if Arc::strong_count(server) <= self.max_clients {
                        return peer;
                    }
                    self.refuse(peer);
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
    fn refuse(&mut self, mut peer: Peer) {
        let message = format!(
            "no more than {} at a time are served here; try again later",
            self.max_clients
        );
        peer.log(format_args!("dropped: {message}"));
        peer.turn_away(message);
        self.refused.push_front(peer);
        self.refused.truncate(KEPT);
    }

    /// Has the thread of a client started?
    pub fn started<T>(&mut self, thread: io::Result<T>) {
        let failed = thread.err();
        let failed =
            failed.map(|e| format!("a client dropped: {}", no_thread(&e)));
        self.note(failed);
    }

    /// Logs a shortage when it begins and when it is over, and not each time that
    /// somebody meets it.
    fn note(&mut self, shortage: Option<String>) {
        if shortage != self.shortage {
            let over = || "that is over: clients are served again".into();
            (self.log)(shortage.clone().unwrap_or_else(over));
            self.shortage = shortage;
        }
    }
}
