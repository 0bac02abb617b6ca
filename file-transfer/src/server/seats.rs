//! Seats: how many clients may be here at the same time.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// A number of seats, some of them taken.
pub struct Seats {
    free: Arc<AtomicUsize>,
}

/// A seat that is taken, until it is dropped.
pub struct Seat {
    free: Arc<AtomicUsize>,
}

impl Seats {
    pub fn new(number: usize) -> Self {
        Self { free: Arc::new(AtomicUsize::new(number)) }
    }

    /// Takes a seat, if one is free.
    pub fn take(&self) -> Option<Seat> {
        // Several threads may take and give back at once: count down in one
        // step, and not below 0.
        self.free
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |free| {
                free.checked_sub(1)
            })
            .ok()?;
        Some(Seat { free: self.free.clone() })
    }
}

impl Seat {
    /// Does this on a thread of its own. The seat is free again when it is done, even
    /// if it panics, and also when there is no thread for it.
    pub fn spawn(self, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
        thread::Builder::new().spawn(move || {
            let _seat = self; // dropped at the end of the thread
            work();
        })?;
        Ok(())
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.free.fetch_add(1, Ordering::Relaxed);
    }
}
