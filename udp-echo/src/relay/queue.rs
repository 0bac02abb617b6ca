//! The datagrams that are on their way: which one leaves next, and when.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::trace::UdpSocket;

use super::fate::{BadNetwork, Direction, Fate, Fates};

/// How much longer a datagram is on its way that is held back.
const HELD_BACK: Duration = Duration::from_millis(200);

/// How many bytes of memory those on their way can take. A network has no room without
/// end either.
const ROOM: usize = 32 << 20;

/// A datagram on its way.
#[derive(Clone, Debug)]
pub struct Datagram {
    pub direction: Direction,
    pub bytes: Vec<u8>,
    /// It leaves from here.
    pub socket: Arc<UdpSocket>,
    /// It goes there.
    pub to: SocketAddr,
}

/// When a datagram leaves. Of those that leave at one time, the first one goes first.
type Departure = (Instant, u64);

impl Datagram {
    /// How much memory it takes, an empty one too: its place in the queue, up to twice
    /// as large as it needs to be, and its bytes.
    fn cost(&self) -> usize {
        2 * size_of::<(Departure, Self)>() + self.bytes.len()
    }
}

/// The datagrams of both directions that are on their way.
pub struct Queue {
    delay: Duration,
    /// What becomes of the next ones, to the server and to the client.
    fates: [Fates; 2],
    /// How many have come, to the server and to the client.
    count: [u64; 2],
    on_their_way: BTreeMap<Departure, Datagram>,
    /// How many have been put there.
    put: u64,
    used: usize,
}

impl Queue {
    /// An empty one.
    pub fn new(network: BadNetwork) -> Self {
        Self {
            delay: network.delay,
            fates: network.fates(),
            count: [0; 2],
            on_their_way: BTreeMap::new(),
            put: 0,
            used: 0,
        }
    }

    /// Takes a datagram that has come now. Returns its number in its direction, and its
    /// fate.
    pub fn take(&mut self, datagram: Datagram, now: Instant) -> (u64, Fate) {
        let way = datagram.direction as usize;
        self.count[way] += 1;
        // Decided first: what is lost for want of room changes no other fate.
        let mut fate = self.fates[way].throw();
        if self.used + 2 * datagram.cost() > ROOM {
            fate = Fate::NoRoom;
        }
        let leaves = now + self.delay;
        match fate {
            Fate::Lost | Fate::NoRoom => {}
            Fate::Passed => self.put(leaves, datagram),
            Fate::HeldBack => self.put(leaves + HELD_BACK, datagram),
            Fate::Twice => {
                self.put(leaves, datagram.clone());
                self.put(leaves, datagram);
            }
        }
        (self.count[way], fate)
    }

    fn put(&mut self, leaves: Instant, datagram: Datagram) {
        self.put += 1;
        self.used += datagram.cost();
        self.on_their_way.insert((leaves, self.put), datagram);
    }

    /// When the next datagram leaves.
    pub fn next_departure(&self) -> Option<Instant> {
        Some(self.on_their_way.first_key_value()?.0.0)
    }

    /// The next datagram, if it is time for it.
    pub fn leave(&mut self, now: Instant) -> Option<Datagram> {
        self.next_departure().filter(|leaves| *leaves <= now)?;
        let (_, datagram) = self.on_their_way.pop_first()?;
        self.used -= datagram.cost();
        Some(datagram)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::trace::Trace;

    /// Makes datagrams to the server.
    fn datagrams() -> impl Fn(&[u8]) -> Datagram {
        let bound = UdpSocket::bind("127.0.0.1:0", &Trace::default());
        let socket = Arc::new(bound.unwrap());
        move |bytes| Datagram {
            direction: Direction::ToServer,
            bytes: bytes.to_vec(),
            socket: Arc::clone(&socket),
            to: socket.local_addr().unwrap(),
        }
    }

    #[test]
    fn each_datagram_leaves_as_its_fate_says_and_equal_ones_in_order() {
        let delay = Duration::from_millis(20);
        let good = BadNetwork { delay, ..BadNetwork::default() };
        // Of the first two, seed 6 holds back one, and seed 0 loses one.
        let held = BadNetwork { reorder: 50, seed: 6, ..good };
        let lost = BadNetwork { lose: 50, ..good };
        let twice = BadNetwork { duplicate: 100, ..good };
        let datagram = datagrams();
        for (network, wanted) in [
            (good, &[(20, "a"), (21, ""), (21, "c")][..]),
            (held, &[(21, ""), (21, "c"), (220, "a")]),
            (lost, &[(21, ""), (21, "c")]),
            (
                twice,
                &[
                    (20, "a"),
                    (20, "a"),
                    (21, ""),
                    (21, ""),
                    (21, "c"),
                    (21, "c"),
                ],
            ),
        ] {
            let start = Instant::now();
            let at = |ms| start + Duration::from_millis(ms);
            let mut queue = Queue::new(network);
            for (text, ms) in [("a", 0), ("", 1), ("c", 1)] {
                queue.take(datagram(text.as_bytes()), at(ms));
            }
            let mut left = Vec::new();
            for ms in 0..300 {
                while let Some(datagram) = queue.leave(at(ms)) {
                    left.push((ms, String::from_utf8(datagram.bytes).unwrap()));
                }
            }
            let wanted = wanted.iter().map(|(ms, text)| (*ms, (*text).into()));
            assert_eq!(left, wanted.collect::<Vec<_>>(), "{network:?}");
            assert_eq!((queue.used, queue.next_departure()), (0, None));
        }
    }

    /// With a walk through all of them for each datagram, this takes a minute.
    #[test]
    fn a_flood_finds_no_more_room_than_there_is_and_costs_no_more_time() {
        let (now, datagram) = (Instant::now(), datagrams());
        for (reorder, bytes) in [(50, 0), (0, 65_507)] {
            let network = BadNetwork { reorder, ..BadNetwork::default() };
            let mut queue = Queue::new(network);
            let datagram = datagram(&vec![0; bytes]);
            let cost = datagram.cost();
            assert!(cost > bytes + 100, "an empty one costs something, too");
            let taken = (0..ROOM / 100)
                .map(|_| queue.take(datagram.clone(), now).1)
                .take_while(|fate| *fate != Fate::NoRoom)
                .count();
            // It could be sent twice, so there has to be room for two.
            assert_eq!(taken, ROOM / cost - 1, "{reorder} {bytes}");
            while queue.leave(now + HELD_BACK).is_some() {}
            assert_eq!(queue.used, 0);
        }
        assert!(now.elapsed() < Duration::from_secs(30));
    }
}
