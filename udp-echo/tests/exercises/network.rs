//! A bad network for `deliver`, in one thread: what becomes of each datagram is decided
//! by the step that is graded.

use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use grade::Verdict;

use super::{fails, open};

/// Where a datagram goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum To {
    Receiver,
    Sender,
}

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

/// A network between a sender, which knows this address only, and a receiver.
pub struct Network {
    pub addr: SocketAddr,
    pub seen: Arc<Seen>,
}

impl Network {
    /// The fates are those of the datagrams to the receiver, and to the sender, that are
    /// not too long.
    pub fn start(receiver: SocketAddr, fates: [Fates; 2]) -> Verdict<Self> {
        let (socket, addr) = open()?;
        let seen = Arc::new(Seen::default());
        let watching = Arc::downgrade(&seen);
        let soon = Some(Duration::from_millis(20));
        socket.set_read_timeout(soon).map_err(fails)?;
        thread::spawn(move || carry(&socket, receiver, &watching, fates));
        Ok(Self { addr, seen })
    }
}

/// Carries datagrams as long as somebody looks at what it has seen.
fn carry(
    socket: &UdpSocket,
    receiver: SocketAddr,
    seen: &Weak<Seen>,
    mut fates: [Fates; 2],
) {
    let mut sender = None;
    let mut held: Vec<(To, Vec<u8>)> = Vec::new();
    let mut buffer = vec![0; 65_535];
    let pass = |to, sender: Option<SocketAddr>, datagram: &[u8]| {
        let addr = if to == To::Receiver { Some(receiver) } else { sender };
        // An error is an end that has left.
        let _ = addr.map(|addr| socket.send_to(datagram, addr));
    };
    while let Some(seen) = seen.upgrade() {
        // The port of one that has left is an error on Windows, and no datagram.
        let Ok((n, from)) = socket.recv_from(&mut buffer) else {
            // Nothing overtakes those that are held.
            held.drain(..).for_each(|(to, late)| pass(to, sender, &late));
            continue;
        };
        let datagram = &buffer[..n];
        let to = if from == receiver { To::Sender } else { To::Receiver };
        if to == To::Receiver {
            sender = Some(from);
            seen.bytes.fetch_add(n, Relaxed);
        }
        if n > LONGEST {
            seen.too_long.fetch_add(1, Relaxed);
            continue;
        }
        match fates[to as usize](datagram) {
            Fate::Lost => continue,
            Fate::Overtaken => {
                held.push((to, datagram.to_vec()));
                continue;
            }
            Fate::Passed => {}
            Fate::Twice => pass(to, sender, datagram),
        }
        pass(to, sender, datagram);
        for (_, late) in held.extract_if(.., |(way, _)| *way == to) {
            pass(to, sender, &late);
        }
    }
}
