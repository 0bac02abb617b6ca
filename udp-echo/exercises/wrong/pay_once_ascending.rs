//! Wrong: it trusts the order. A number below the highest one is taken for an old one.

use std::collections::HashMap;
use std::io;
use std::net::UdpSocket;

/// Serves until the socket fails.
pub fn pay_once(
    socket: &UdpSocket,
    pay: &mut dyn FnMut(u32) -> u32,
) -> io::Result<()> {
    let mut buffer = [0; 65_535];
    let mut answers = HashMap::new();
    let mut highest: Option<Vec<u8>> = None;
    loop {
        let (n, client) = socket.recv_from(&mut buffer)?;
        if n != 12 {
            continue;
        }

        let (request, number) = (buffer[..12].to_vec(), buffer[..8].to_vec());
        if highest.as_ref().is_none_or(|highest| number > *highest) {
            answers.insert(number.clone(), answer(&request, pay));
            highest = Some(number.clone());
        }
        if let Some(answer) = answers.get(&number) {
            socket.send_to(answer, client)?;
        }
    }
}

/// The answer to a request that is paid now.
fn answer(request: &[u8], pay: &mut dyn FnMut(u32) -> u32) -> Vec<u8> {
    let amount = [request[8], request[9], request[10], request[11]];
    let left = pay(u32::from_be_bytes(amount));
    [&request[..8], &left.to_be_bytes()].concat()
}
