//! The next client that gets a seat, and what is logged while none can come in.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;
use std::{io, thread};

use common::failure::{no_thread, reason};
use common::trace::TcpListener;

use crate::server::options::Options;
use crate::server::peer::Peer;

/// How many clients too many are told so at the same time. That takes a thread, too, for
/// up to a second: clients beyond these are closed without a word.
const EXTRA: usize = 8;

pub struct Acceptor<'a> {
    listener: &'a TcpListener,
    options: &'a Options,
    /// How many of the seats, and of the extra ones, are free.
    seats: [Arc<AtomicUsize>; 2],
    /// What there is none left of, while it lasts.
    shortage: Option<String>,
}

/// A seat that is taken, until this is dropped.
pub struct Seat {
    row: Arc<AtomicUsize>,
    /// Is it the seat of a client too many?
    pub is_extra: bool,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.row.fetch_add(1, Relaxed);
    }
}

impl<'a> Acceptor<'a> {
    pub fn new(listener: &'a TcpListener, options: &'a Options) -> Self {
        let seats = [options.max_clients, EXTRA];
        let seats = seats.map(|free| Arc::new(AtomicUsize::new(free)));
        Self { listener, options, seats, shortage: None }
    }

    /// Waits for the next client. Where no seat is left, its socket is dropped, and that
    /// closes it.
    pub fn next(&mut self) -> Peer {
        loop {
            match self.listener.accept() {
                Ok((socket, addr)) => {
                    if let Some(seat) = self.seat() {
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

    fn seat(&self) -> Option<Seat> {
        // Not below 0, in a single step: other threads give seats back meanwhile.
        let take = |row: &Arc<AtomicUsize>| {
            row.fetch_update(Relaxed, Relaxed, |free| free.checked_sub(1))
        };
        let row = self.seats.iter().position(|row| take(row).is_ok())?;
        Some(Seat { row: self.seats[row].clone(), is_extra: row > 0 })
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
