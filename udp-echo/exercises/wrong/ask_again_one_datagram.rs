//! Wrong: whatever a stranger sends uses up a try. The server's answer comes a moment
//! later, to a port that is closed by then.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

/// Returns the server's answer.
pub fn ask_again(
    server: SocketAddr,
    question: &[u8],
    wait: Duration,
    tries: u32,
) -> io::Result<Vec<u8>> {
    let mut buffer = vec![0; 65_535];
    for _ in 0..tries {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.set_read_timeout(Some(wait))?;
        socket.send_to(question, server)?;
        if let Ok((n, from)) = socket.recv_from(&mut buffer)
            && from == server
        {
            return Ok(buffer[..n].to_vec());
        }
    }
    Err(ErrorKind::TimedOut.into())
}
