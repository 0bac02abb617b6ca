//! What the server says and does when the system refuses it something.

use std::io::{self, ErrorKind};
use std::thread;
use std::time::Duration;

use common::failure::explained;

/// Says why nothing could be received, and waits: an error that stays would keep the
/// processor busy, and the log.
pub fn cannot_receive(e: &io::Error, log: impl Fn(String)) {
    // On Windows: an earlier datagram has found no program at its port. That is not about
    // the next one.
    if e.kind() != ErrorKind::ConnectionReset {
        log(format!("cannot receive: {}", explained(e)));
        thread::sleep(Duration::from_millis(500));
    }
}
