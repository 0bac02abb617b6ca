//! Seats: how many clients may be here at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// How many clients too many are told so at the same time. That takes a thread, too, for
/// up to a second: clients beyond these are closed without a word.
const EXTRA: usize = 8;

/// How many of the seats, and of the extra ones, are free.
pub struct Seats([Arc<AtomicUsize>; 2]);

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

impl Seats {
    pub fn new(seats: usize) -> Self {
        Self([seats, EXTRA].map(|free| Arc::new(AtomicUsize::new(free))))
    }

    /// Takes a seat, an extra one if there is no other; `None` if all are taken.
    pub fn take(&self) -> Option<Seat> {
        // Not below 0, in a single step: other threads give seats back meanwhile.
        let take = |row: &Arc<AtomicUsize>| {
            row.fetch_update(Relaxed, Relaxed, |free| free.checked_sub(1))
        };
        let row = self.0.iter().position(|row| take(row).is_ok())?;
        Some(Seat { row: self.0[row].clone(), is_extra: row > 0 })
    }
}
