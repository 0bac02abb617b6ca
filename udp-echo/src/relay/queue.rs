//! The datagrams that are on their way: which one leaves next, and when.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::fate::{BadNetwork, Direction, Fate, Fates};

/// How long a datagram is held back when no other one overtakes it.
const HELD_BACK: Duration = Duration::from_millis(500);

/// How many bytes can be on their way. A network has no room without end either.
const ROOM: usize = 32 << 20;

/// A datagram on its way. `V` says how it goes on.
#[derive(Clone, Debug)]
pub struct Datagram<V> {
    /// Where it goes.
    pub direction: Direction,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// How it goes on.
    pub via: V,
}

/// When a datagram leaves; equal times in the order of the second number.
type Departure = (Instant, u64);

/// The datagrams of both directions that are on their way.
pub struct Queue<V> {
    delay: Duration,
    /// What becomes of the next ones, to the server and to the client.
    fates: [Fates; 2],
    /// How many have come, to the server and to the client.
    count: [u64; 2],
    waiting: BTreeMap<Departure, Datagram<V>>,
    /// Those of `waiting` that the next one overtakes, for each direction.
    held: [Vec<Departure>; 2],
    departures: u64,
    bytes: usize,
}

impl<V: Clone> Queue<V> {
    /// An empty one.
    pub fn new(network: BadNetwork) -> Self {
        let fates = [Direction::ToServer, Direction::ToClient]
            .map(|direction| network.fates(direction));
        Self {
            delay: network.delay,
            fates,
            count: [0; 2],
            waiting: BTreeMap::new(),
            held: [vec![], vec![]],
            departures: 0,
            bytes: 0,
        }
    }

    /// Takes a datagram that has come now. Returns its number in its direction and its
    /// fate; `None` when there is no room for it.
    pub fn take(
        &mut self,
        datagram: Datagram<V>,
        now: Instant,
    ) -> (u64, Option<Fate>) {
        let way = match datagram.direction {
            Direction::ToServer => 0,
            Direction::ToClient => 1,
        };
        self.count[way] += 1;
        let number = self.count[way];
        let fate = self.fates[way].throw();
        if self.bytes + 2 * datagram.bytes.len() > ROOM {
            return (number, None);
        }

        let leaves = now + self.delay;
        match fate {
            Fate::Lost => {}
            Fate::HeldBack => {
                let departure = self.put(leaves + HELD_BACK, datagram);
                self.held[way].retain(|d| self.waiting.contains_key(d));
                self.held[way].push(departure);
            }
            Fate::Passed | Fate::Twice => {
                if fate == Fate::Twice {
                    self.put(leaves, datagram.clone());
                }
                self.put(leaves, datagram);
                // It has overtaken the ones that were held back: they follow now.
                for departure in std::mem::take(&mut self.held[way]) {
                    if let Some(held) = self.remove(departure) {
                        self.put(leaves, held);
                    }
                }
            }
        }
        (number, Some(fate))
    }

    /// When the next datagram leaves.
    pub fn next_departure(&self) -> Option<Instant> {
        self.waiting.first_key_value().map(|((time, _), _)| *time)
    }

    /// The next datagram, if it is time for it.
    pub fn leave(&mut self, now: Instant) -> Option<Datagram<V>> {
        let (departure, _) = self.waiting.first_key_value()?;
        let departure = *departure;
        if departure.0 > now {
            return None;
        }
        self.remove(departure)
    }

    fn put(&mut self, time: Instant, datagram: Datagram<V>) -> Departure {
        self.departures += 1;
        self.bytes += datagram.bytes.len();
        let departure = (time, self.departures);
        self.waiting.insert(departure, datagram);
        departure
    }

    fn remove(&mut self, departure: Departure) -> Option<Datagram<V>> {
        let datagram = self.waiting.remove(&departure)?;
        self.bytes -= datagram.bytes.len();
        Some(datagram)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What leaves, and after how many milliseconds, when these arrive one millisecond
    /// after the other.
    fn leaves(network: BadNetwork, arriving: &[&str]) -> Vec<(u64, String)> {
        let start = Instant::now();
        let mut queue = Queue::new(network);
        let mut left = vec![];
        for ms in 0..2_000 {
            let now = start + Duration::from_millis(ms);
            if let Some(text) = arriving.get(ms as usize) {
                let (direction, bytes) = (Direction::ToServer, (*text).into());
                queue.take(Datagram { direction, bytes, via: () }, now);
            }
            while let Some(datagram) = queue.leave(now) {
                left.push((ms, String::from_utf8(datagram.bytes).unwrap()));
            }
        }
        assert_eq!((queue.bytes, queue.next_departure()), (0, None));
        left
    }

    fn left(wanted: &[(u64, &str)]) -> Vec<(u64, String)> {
        wanted.iter().map(|(ms, text)| (*ms, (*text).into())).collect()
    }

    /// A seed for which the first datagrams to the server have these fates.
    fn with(network: BadNetwork, fates: &[Fate]) -> BadNetwork {
        let seeds = (0..).map(|seed| BadNetwork { seed, ..network });
        let mut fitting = seeds.filter(|network| {
            let coming = network.fates(Direction::ToServer);
            coming.take(fates.len()).eq(fates.iter().copied())
        });
        fitting.next().unwrap()
    }

    #[test]
    fn each_datagram_takes_as_long_as_the_delay() {
        let network = BadNetwork {
            delay: Duration::from_millis(20),
            ..BadNetwork::default()
        };
        let wanted = [(20, "a"), (21, "b"), (22, "")];
        assert_eq!(leaves(network, &["a", "b", ""]), left(&wanted));
    }

    #[test]
    fn a_datagram_that_is_held_back_leaves_after_the_next_one() {
        let network = BadNetwork {
            reorder: 50,
            delay: Duration::from_millis(20),
            ..BadNetwork::default()
        };
        let one = with(network, &[Fate::HeldBack, Fate::Passed]);
        assert_eq!(leaves(one, &["a", "b"]), left(&[(21, "b"), (21, "a")]));
        let two =
            with(network, &[Fate::HeldBack, Fate::HeldBack, Fate::Passed]);
        let wanted = [(22, "c"), (22, "a"), (22, "b")];
        assert_eq!(leaves(two, &["a", "b", "c"]), left(&wanted));
    }

    #[test]
    fn a_datagram_that_nothing_overtakes_leaves_after_half_a_second() {
        let network = BadNetwork { reorder: 100, ..BadNetwork::default() };
        let wanted = [(500, "a"), (501, "b")];
        assert_eq!(leaves(network, &["a", "b"]), left(&wanted));
    }

    #[test]
    fn a_datagram_that_is_lost_overtakes_nothing() {
        let network =
            BadNetwork { lose: 50, reorder: 50, ..BadNetwork::default() };
        let network = with(network, &[Fate::HeldBack, Fate::Lost]);
        assert_eq!(leaves(network, &["a", "b"]), left(&[(500, "a")]));
    }

    #[test]
    fn a_datagram_with_two_copies_leaves_twice_at_once() {
        let network = BadNetwork { duplicate: 100, ..BadNetwork::default() };
        assert_eq!(leaves(network, &["a"]), left(&[(0, "a"), (0, "a")]));
    }

    #[test]
    fn a_flood_finds_no_more_room_than_there_is() {
        let mut queue =
            Queue::new(BadNetwork { reorder: 100, ..BadNetwork::default() });
        let start = Instant::now();
        let mut taken = 0;
        for _ in 0..2_000 {
            let (direction, bytes) = (Direction::ToClient, vec![0; 65_507]);
            let datagram = Datagram { direction, bytes, via: () };
            taken += usize::from(queue.take(datagram, start).1.is_some());
        }
        assert_eq!(taken, ROOM / 65_507 - 1);
        let later = start + HELD_BACK;
        while queue.leave(later).is_some() {}
        assert_eq!(queue.bytes, 0);
    }

    #[test]
    fn there_is_room_to_the_last_byte() {
        let mut queue = Queue::new(BadNetwork::default());
        let mut take = |n| {
            let (direction, bytes) = (Direction::ToServer, vec![0; n]);
            let datagram = Datagram { direction, bytes, via: () };
            queue.take(datagram, Instant::now()).1
        };
        // It could be sent twice.
        assert_eq!(take(ROOM / 2), Some(Fate::Passed));
        assert_eq!(take(ROOM / 4 + 1), None);
        assert_eq!(take(ROOM / 4), Some(Fate::Passed));
    }
}
