//! Seats: how many clients may be here at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many clients too many are told so at the same time. That takes a thread, too, for
/// up to a second: clients beyond these are closed without a word.
const EXTRA: usize = 8;

/// Seats for the clients that are served, and the extra ones.
pub struct Seats {
    seats: Row,
    extra: Row,
}

/// How many seats of a row are free.
type Row = Arc<AtomicUsize>;

/// A seat that is taken, until this is dropped.
pub struct Seat {
    row: Row,
    /// Is it the seat of a client too many?
    pub is_extra: bool,
}

impl Seats {
    pub fn new(seats: usize) -> Self {
        let [seats, extra] = [seats, EXTRA].map(|free| Arc::new(free.into()));
        Self { seats, extra }
    }

    /// Takes a seat, an extra one if there is no other; `None` if all are taken.
    pub fn take(&self) -> Option<Seat> {
        let take = |row: &Row, is_extra| {
            take_from(row).then(|| Seat { row: row.clone(), is_extra })
        };
        take(&self.seats, false).or_else(|| take(&self.extra, true))
    }
}

/// Counts down, and not below 0, in a single step: other threads give seats back
/// meanwhile.
fn take_from(row: &Row) -> bool {
    let relaxed = Ordering::Relaxed; // nothing else depends on this number
    row.fetch_update(relaxed, relaxed, |free| free.checked_sub(1)).is_ok()
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.row.fetch_add(1, Ordering::Relaxed);
    }
}
