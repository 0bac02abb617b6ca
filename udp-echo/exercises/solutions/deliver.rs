//! Stop and wait: one datagram is on its way at a time, and its number comes back.
//!
//! ```text
//! datagram        := number: u32 | last: u8 (1 for the last one) | up to 1,000 bytes
//! acknowledgement := number: u32
//! ```

use std::io;
use std::io::ErrorKind::{ConnectionReset, Interrupted, TimedOut, WouldBlock};
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

/// How many bytes of the file are in a datagram.
pub const PART: usize = 1000;
/// After so long without an answer a datagram is sent again.
pub const AGAIN: Duration = Duration::from_millis(50);
/// After so long without a word the other end is given up.
pub const SILENCE: Duration = Duration::from_secs(1);
/// The last acknowledgement may be lost. So the receiver stays until the sender has been
/// silent for so long: it would have asked again by then.
pub const STAY: Duration = Duration::from_millis(500);

/// Sends the file, and returns when the receiver has all of it.
pub fn send(
    socket: &UdpSocket,
    receiver: SocketAddr,
    file: &[u8],
) -> io::Result<()> {
    for datagram in datagrams(file, PART) {
        send_part(socket, receiver, &datagram)?;
    }
    Ok(())
}

/// The file in datagrams, each with so many bytes of it.
pub fn datagrams(file: &[u8], part: usize) -> impl Iterator<Item = Vec<u8>> {
    // An empty file is one empty part, which is the last one.
    let parts = file.len().div_ceil(part).max(1);
    (0..parts).map(move |number| {
        let start = number * part;
        let end = file.len().min(start + part);
        let last = u8::from(number + 1 == parts);
        let number = (number as u32).to_be_bytes();
        [&number, &[last][..], &file[start..end]].concat()
    })
}

/// Sends one datagram until it is acknowledged.
pub fn send_part(
    socket: &UdpSocket,
    receiver: SocketAddr,
    datagram: &[u8],
) -> io::Result<()> {
    let give_up = Instant::now() + SILENCE;
    while Instant::now() < give_up {
        socket.send_to(datagram, receiver)?;
        let again = Instant::now() + AGAIN;
        // Another number is a late acknowledgement of an earlier part.
        while let Some(came) = next(socket, receiver, again)? {
            if came == datagram[..4] {
                return Ok(());
            }
        }
    }
    Err(TimedOut.into())
}

/// Receives a file.
pub fn receive(socket: &UdpSocket) -> io::Result<Vec<u8>> {
    socket.set_read_timeout(None)?;
    let (_, sender) = socket.peek_from(&mut [0; 1400])?;
    let (mut file, mut wanted, mut done) = (Vec::new(), 0, false);
    loop {
        let wait = if done { STAY } else { SILENCE };
        let datagram = match next(socket, sender, Instant::now() + wait)? {
            Some(datagram) => datagram,
            None if done => return Ok(file),
            None => return Err(TimedOut.into()),
        };
        let Some(([a, b, c, d, last], part)) = datagram.split_first_chunk()
        else {
            continue; // no datagram of ours
        };
        let number = u32::from_be_bytes([*a, *b, *c, *d]);
        if number == wanted && !done {
            file.extend(part);
            wanted += 1;
            done = *last == 1;
        }
        // A repeat is acknowledged again: the first acknowledgement was lost, or late.
        if number < wanted {
            socket.send_to(&number.to_be_bytes(), sender)?;
        }
    }
}

/// The next datagram from the other end before the deadline.
pub fn next(
    socket: &UdpSocket,
    other: SocketAddr,
    deadline: Instant,
) -> io::Result<Option<Vec<u8>>> {
    let mut buffer = [0; 1400];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(None);
        }
        socket.set_read_timeout(Some(left))?;
        match socket.recv_from(&mut buffer) {
            Ok((n, from)) if from == other => {
                return Ok(Some(buffer[..n].to_vec()));
            }
            Ok((_, _stranger)) => {}
            Err(e)
                if matches!(
                    e.kind(),
                    WouldBlock | TimedOut | Interrupted | ConnectionReset
                ) => {}
            Err(e) => return Err(e),
        }
    }
}
