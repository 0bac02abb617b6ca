//! Wrong: it believes that a datagram has the length of a request.

use std::collections::HashMap;
use std::io;
use std::net::UdpSocket;

/// Serves until the socket fails.
pub fn pay_once(
    socket: &UdpSocket,
    pay: &mut dyn FnMut(u32) -> u32,
) -> io::Result<()> {
    let mut answers = HashMap::new();
    let mut buffer = [0; 65_535];
    loop {
        let (n, client) = socket.recv_from(&mut buffer)?;
        let (number, rest) = buffer[..n].split_at(8);
        let amount = [rest[0], rest[1], rest[2], rest[3]];
        let left = *answers
            .entry(number.to_vec())
            .or_insert_with(|| pay(u32::from_be_bytes(amount)));
        let answer = [number, &left.to_be_bytes()].concat();
        socket.send_to(&answer, client)?;
    }
}
