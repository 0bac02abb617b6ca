//! What the server says and does when the system refuses it something.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use common::failure::{explained, no_thread};

/// Says why there is no connection, and waits for room.
pub fn wait_for_room(e: &io::Error, log: fn(String)) {
    log(format!("cannot accept a connection: {}", explained(e)));
    // macOS reports a client that has left the queue again. That is no reason to wait.
    if e.kind() != ErrorKind::ConnectionAborted {
        // Without the pause this would be said a thousand times a second.
        thread::sleep(Duration::from_millis(500));
    }
}

/// Does this in a thread of its own. When the system has none left, says so, and drops
/// what the task holds: that closes the connection. (thread::spawn would panic.)
pub fn start_thread(
    client: SocketAddr,
    task: impl FnOnce() + Send + 'static,
    log: fn(String),
) {
    if let Err(e) = thread::Builder::new().spawn(task) {
        log(format!("{client} dropped: {}", no_thread(&e)));
    }
}
