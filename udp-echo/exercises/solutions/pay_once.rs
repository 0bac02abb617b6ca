//! Each answer is kept under the number of its request. (A real server forgets after a
//! time: as long as a client may go on asking.)

use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::net::UdpSocket;

/// Serves until the socket fails.
pub fn pay_once(
    socket: &UdpSocket,
    pay: &mut dyn FnMut(u32) -> u32,
) -> io::Result<()> {
    let mut answers: HashMap<[u8; 8], [u8; 12]> = HashMap::new();
    // One byte more than a request has: a longer datagram would be cut, and look
    // like one.
    let mut buffer = [0; 13];
    loop {
        let (n, client) = match socket.recv_from(&mut buffer) {
            Ok(datagram) => datagram,
            // On Windows: an answer found its client gone, or a datagram too long.
            Err(e) if e.kind() == ErrorKind::ConnectionReset => continue,
            Err(e) if cfg!(windows) && e.raw_os_error() == Some(10040) => {
                continue;
            }
            Err(e) => return Err(e),
        };
        let Ok(request) = <[u8; 12]>::try_from(&buffer[..n]) else {
            continue;
        };
        let [number @ .., a, b, c, d] = request;
        let answer = *answers.entry(number).or_insert_with(|| {
            let left = pay(u32::from_be_bytes([a, b, c, d]));
            let mut answer = request;
            answer[8..].copy_from_slice(&left.to_be_bytes());
            answer
        });
        // If it cannot be sent, the client asks again.
        let _ = socket.send_to(&answer, client);
    }
}
