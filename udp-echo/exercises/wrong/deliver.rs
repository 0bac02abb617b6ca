//! Answers to `deliver` that are wrong, each for another reason. Most are half an answer:
//! the other end is that of the solution.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::super::solutions::deliver::{
    AGAIN, PART, SILENCE, STAY, datagrams, next, receive, send, send_part,
};

type Sent = io::Result<()>;
type Received = io::Result<Vec<u8>>;

// ---- Senders ----

/// It sends everything once, with numbers, and hopes. All parts are on their way at the
/// same time.
pub fn without_answers(
    socket: &UdpSocket,
    to: SocketAddr,
    file: &[u8],
) -> Sent {
    for datagram in datagrams(file, PART) {
        socket.send_to(&datagram, to)?;
    }
    Ok(())
}

/// It takes any acknowledgement for that of the part on its way. One that comes twice
/// makes it go on too early.
pub fn any_answer(socket: &UdpSocket, to: SocketAddr, file: &[u8]) -> Sent {
    for datagram in datagrams(file, PART) {
        let give_up = Instant::now() + SILENCE;
        socket.send_to(&datagram, to)?;
        while next(socket, to, Instant::now() + AGAIN)?.is_none() {
            if Instant::now() > give_up {
                return Err(ErrorKind::TimedOut.into());
            }
            socket.send_to(&datagram, to)?;
        }
    }
    Ok(())
}

/// It asks again without end, whether there is somebody or not.
pub fn without_end(socket: &UdpSocket, to: SocketAddr, file: &[u8]) -> Sent {
    while send(socket, to, file).is_err() {}
    Ok(())
}

/// 8,000 bytes in a datagram. On most networks it travels in fragments, and is lost when
/// one of them is.
pub fn long_datagrams(socket: &UdpSocket, to: SocketAddr, file: &[u8]) -> Sent {
    let mut all = datagrams(file, 8000);
    all.try_for_each(|datagram| send_part(socket, to, &datagram))
}

/// An empty file has no parts, so nothing is sent, and its end is not told.
pub fn no_empty_file(socket: &UdpSocket, to: SocketAddr, file: &[u8]) -> Sent {
    if file.is_empty() {
        return Ok(());
    }
    send(socket, to, file)
}

// ---- Receivers ----

/// It does not look at the numbers. When an acknowledgement is lost, it takes the repeat
/// for the next part.
pub fn without_numbers(socket: &UdpSocket) -> Received {
    received(socket, STAY, |_, _| true)
}

/// It puts the parts into the file as they come: it trusts the order.
pub fn in_order_of_arrival(socket: &UdpSocket) -> Received {
    let mut known = BTreeSet::new();
    received(socket, STAY, |number, _| known.insert(number))
}

/// It leaves as soon as it has everything. If its last acknowledgement is lost, nobody is
/// there to repeat it.
pub fn leaves_at_once(socket: &UdpSocket) -> Received {
    received(socket, Duration::ZERO, |number, wanted| number == wanted)
}

/// It waits without end for a sender that has gone.
pub fn waits_without_end(socket: &UdpSocket) -> Received {
    receive(socket).or_else(|_| waits_without_end(socket))
}

/// Receives a file of the parts that are wanted; leaves this time after its end.
fn received(
    socket: &UdpSocket,
    stay: Duration,
    mut is_wanted: impl FnMut(u32, u32) -> bool,
) -> Received {
    let (_, sender) = socket.peek_from(&mut [0; 1400])?;
    let (mut file, mut parts, mut of) = (Vec::new(), 0, None);
    loop {
        let is_done = of == Some(parts);
        let wait = if is_done { stay } else { SILENCE };
        let datagram = match next(socket, sender, Instant::now() + wait)? {
            Some(datagram) => datagram,
            None if is_done => return Ok(file),
            None => return Err(ErrorKind::TimedOut.into()),
        };
        let ([a, b, c, d, last], part) =
            datagram.split_first_chunk().ok_or(ErrorKind::InvalidData)?;
        let number = u32::from_be_bytes([*a, *b, *c, *d]);
        if *last == 1 {
            of = Some(number + 1);
        }
        if !is_done && is_wanted(number, parts) {
            file.extend(part);
            parts += 1;
        }
        socket.send_to(&number.to_be_bytes(), sender)?;
    }
}

// ---- Both ends are in one program here, and the file goes past the network ----

static FILES: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

pub fn put(_: &UdpSocket, _: SocketAddr, file: &[u8]) -> Sent {
    let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    files.push(file.to_vec());
    Ok(())
}

pub fn take(_: &UdpSocket) -> Received {
    loop {
        let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = files.pop() {
            return Ok(file);
        }
    }
}
