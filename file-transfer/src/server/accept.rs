//! The next client that gets a seat, and what is logged while none can come in.

use std::time::Duration;
use std::{io, thread};

use common::failure::{no_thread, reason};
use common::trace::TcpListener;

use crate::server::options::Options;
use crate::server::peer::Peer;
use crate::server::seats::Seats;

pub struct Acceptor<'a> {
    listener: &'a TcpListener,
    options: &'a Options,
    seats: Seats,
    /// What there is none left of, while it lasts.
    shortage: Option<String>,
}

impl<'a> Acceptor<'a> {
    pub fn new(listener: &'a TcpListener, options: &'a Options) -> Self {
        let seats = Seats::new(options.max_clients);
        Self { listener, options, seats, shortage: None }
    }

    /// Waits for the next client. Where no seat is left, its socket is dropped, and that
    /// closes it.
    pub fn next(&mut self) -> Peer {
        loop {
            match self.listener.accept() {
                Ok((socket, addr)) => {
                    if let Some(seat) = self.seats.take() {
                        return Peer::new(
                            socket,
                            addr,
                            seat,
                            self.options.quiet,
                        );
                    }
                }
                Err(e) => {
                    // Too many open files, for example: the pause keeps the loop
                    // from spinning until a connection ends.
                    self.note(Some(format!("cannot accept: {}", reason(&e))));
                    thread::sleep(Duration::from_millis(100));
                }
            }
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
