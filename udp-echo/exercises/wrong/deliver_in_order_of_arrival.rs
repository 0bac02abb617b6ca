//! Wrong: eight parts are on their way at a time, each acknowledged by its number, but
//! the receiver puts them into the file as they come. It trusts the order.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use super::super::solutions::deliver::{AGAIN, PART, SILENCE, next};

/// Sends the file, and returns when the receiver has all of it.
pub fn send(
    socket: &UdpSocket,
    receiver: SocketAddr,
    file: &[u8],
) -> io::Result<()> {
    let parts = file.len().div_ceil(PART).max(1) as u32;
    let mut missing: BTreeSet<u32> = (0..parts).collect();
    let give_up = Instant::now() + SILENCE;
    while !missing.is_empty() {
        if Instant::now() > give_up {
            return Err(ErrorKind::TimedOut.into());
        }
        let window: Vec<u32> = missing.iter().copied().take(8).collect();
        for number in window {
            let start = number as usize * PART;
            let end = file.len().min(start + PART);
            let head = [number.to_be_bytes(), parts.to_be_bytes()].concat();
            socket.send_to(&[&head, &file[start..end]].concat(), receiver)?;
        }
        let again = Instant::now() + AGAIN;
        while let Some((number, _)) = next(socket, again)? {
            if let Ok(number) = number.try_into() {
                missing.remove(&u32::from_be_bytes(number));
            }
            if missing.is_empty() {
                break;
            }
        }
    }
    Ok(())
}

/// Receives a file.
pub fn receive(socket: &UdpSocket) -> io::Result<Vec<u8>> {
    let (mut file, mut have, mut done) = (Vec::new(), BTreeSet::new(), false);
    loop {
        let wait = if done { Duration::from_millis(600) } else { SILENCE };
        let Some((datagram, sender)) = next(socket, Instant::now() + wait)?
        else {
            return if done {
                Ok(file)
            } else {
                Err(ErrorKind::TimedOut.into())
            };
        };
        let (head, part) = datagram.split_at(8);
        let of = u32::from_be_bytes([head[4], head[5], head[6], head[7]]);
        if have.insert(head.to_vec()) {
            file.extend(part);
        }
        done = have.len() == of as usize;
        socket.send_to(&head[..4], sender)?;
    }
}
