//! Wrong: it asks again and again, and never gives up.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

/// Returns the server's answer.
pub fn ask_again(
    server: SocketAddr,
    question: &[u8],
    wait: Duration,
    _tries: u32,
) -> io::Result<Vec<u8>> {
    let mut buffer = vec![0; 65_535];
    loop {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.set_read_timeout(Some(wait))?;
        socket.send_to(question, server)?;
        while let Ok((n, from)) = socket.recv_from(&mut buffer) {
            if from == server {
                return Ok(buffer[..n].to_vec());
            }
        }
    }
}
