//! A bad network for `deliver`, in one thread: what becomes of each datagram is decided
//! by the step that is graded.

use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use grade::Verdict;

use super::{fails, open};

/// What becomes of a datagram.
#[derive(Clone, Copy)]
pub enum Fate {
    Passed,
    Lost,
    Twice,
    /// It arrives behind the next one of its direction.
    Overtaken,
}

/// Decides it for each datagram of one direction.
pub type Fates = Box<dyn FnMut(&[u8]) -> Fate + Send>;

/// The longest datagram that it carries.
pub const LONGEST: usize = 1400;

/// What the network has seen.
#[derive(Default)]
pub struct Seen {
    /// The bytes that came from the sender.
    pub bytes: AtomicUsize,
    /// How many datagrams were too long.
    pub too_long: AtomicUsize,
}

/// A network between a receiver and a sender, which knows the address of this only. The
/// fates are those of the datagrams to the receiver, and to the sender, that are not too
/// long.
pub fn between(
    receiver: SocketAddr,
    fates: [Fates; 2],
) -> Verdict<(SocketAddr, Arc<Seen>)> {
    let (socket, addr) = open()?;
    let seen = Arc::new(Seen::default());
    let watching = Arc::downgrade(&seen);
    let soon = Some(Duration::from_millis(20));
    socket.set_read_timeout(soon).map_err(fails)?;
    thread::spawn(move || carry(&socket, receiver, &watching, fates));
    Ok((addr, seen))
}

/// Carries datagrams as long as somebody has what it has seen.
fn carry(
    socket: &UdpSocket,
    receiver: SocketAddr,
    seen: &Weak<Seen>,
    mut fates: [Fates; 2],
) {
    // To the receiver, and to the sender, whose address comes with its first datagram.
    let mut ends = [receiver; 2];
    let mut held = [Vec::new(), Vec::new()];
    let mut buffer = vec![0; 65_535];
    let pass = |end: SocketAddr, datagram: &[u8]| {
        // An error is an end that has left.
        let _ = socket.send_to(datagram, end);
    };
    while let Some(seen) = seen.upgrade() {
        // The port of one that has left is an error on Windows, and no datagram.
        let Ok((n, from)) = socket.recv_from(&mut buffer) else {
            // Nothing overtakes those that are held.
            for (end, held) in ends.iter().zip(&mut held) {
                held.drain(..).for_each(|late: Vec<u8>| pass(*end, &late));
            }
            continue;
        };
        let datagram = &buffer[..n];
        let to = usize::from(from == receiver);
        if to == 0 {
            ends[1] = from;
            seen.bytes.fetch_add(n, Relaxed);
        }
        if n > LONGEST {
            seen.too_long.fetch_add(1, Relaxed);
            continue;
        }
        match fates[to](datagram) {
            Fate::Lost => continue,
            Fate::Overtaken => {
                held[to].push(datagram.to_vec());
                continue;
            }
            Fate::Passed => {}
            Fate::Twice => pass(ends[to], datagram),
        }
        pass(ends[to], datagram);
        held[to].drain(..).for_each(|late| pass(ends[to], &late));
    }
}
