//! What the command line says about the server.

use std::fmt::Display;
use std::time::Duration;

use common::output;

pub struct Options {
    /// How long to wait for a client in the middle of something.
    pub timeout: Duration,
    pub max_clients: usize,
    /// Leaves Nagle's algorithm on, and sends header and file in two writes, as the
    /// original does: to show what it costs.
    pub nagle: bool,
    /// Writes no log: the tour has its own words.
    pub quiet: bool,
}

impl Options {
    pub fn log(&self, line: impl Display) {
        if !self.quiet {
            output::log(line);
        }
    }
}
