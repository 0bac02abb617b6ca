//! Two pieces of work at the same time.

use std::panic::resume_unwind;
use std::thread;

use anyhow::Result;
use common::failure::no_thread;

/// Does both, the first in a thread of its own; returns what the second one has made.
pub fn in_two_threads<T>(
    first: impl FnOnce() -> Result<()> + Send,
    second: impl FnOnce() -> Result<T>,
) -> Result<T> {
    thread::scope(|scope| {
        let thread = thread::Builder::new()
            .spawn_scoped(scope, first)
            .map_err(|e| no_thread(&e))?;
        let made = second()?;
        thread.join().unwrap_or_else(|panic| resume_unwind(panic))?;
        Ok(made)
    })
}
