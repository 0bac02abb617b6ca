//! Wrong: `tries` is taken for how often to ask after the first time.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use super::super::solutions;

/// Returns the server's answer.
pub fn ask_again(
    server: SocketAddr,
    question: &[u8],
    wait: Duration,
    tries: u32,
) -> io::Result<Vec<u8>> {
    solutions::ask_again::ask_again(server, question, wait, tries + 1)
}
