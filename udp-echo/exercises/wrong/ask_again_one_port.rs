//! Wrong: one socket for all questions, and an answer to an earlier one is taken for the
//! answer to this one.

use std::cell::OnceCell;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

thread_local! {
    static SOCKET: OnceCell<UdpSocket> = const { OnceCell::new() };
}

/// Returns the server's answer.
pub fn ask_again(
    server: SocketAddr,
    question: &[u8],
    wait: Duration,
    tries: u32,
) -> io::Result<Vec<u8>> {
    SOCKET.with(|socket| {
        if socket.get().is_none() {
            let _ = socket.set(UdpSocket::bind("127.0.0.1:0")?);
        }
        let socket = socket.get().ok_or(ErrorKind::NotConnected)?;
        socket.set_read_timeout(Some(wait))?;
        let mut buffer = vec![0; 65_535];
        for _ in 0..tries {
            socket.send_to(question, server)?;
            if let Ok((n, from)) = socket.recv_from(&mut buffer)
                && from == server
            {
                return Ok(buffer[..n].to_vec());
            }
        }
        Err(ErrorKind::TimedOut.into())
    })
}
