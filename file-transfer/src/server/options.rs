//! What the command line says about the server.

use std::time::Duration;

pub struct Options {
    /// How long to wait for a client in the middle of something.
    pub timeout: Duration,
    pub max_clients: usize,
    /// Leaves Nagle's algorithm on, to show what it costs.
    pub nagle: bool,
    /// Writes no log: the tour has its own words.
    pub quiet: bool,
}
