//! Wrong: both ends are in one program here, and the file goes past the network.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Mutex, PoisonError};

static FILES: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

/// Sends the file, and returns when the receiver has all of it.
pub fn send(_: &UdpSocket, _: SocketAddr, file: &[u8]) -> io::Result<()> {
    let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    files.push(file.to_vec());
    Ok(())
}

/// Receives a file.
pub fn receive(_: &UdpSocket) -> io::Result<Vec<u8>> {
    loop {
        let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = files.pop() {
            return Ok(file);
        }
    }
}
