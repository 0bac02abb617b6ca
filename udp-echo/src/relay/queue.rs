//! The datagrams that are on their way: which one leaves next, and when.

use std::collections::VecDeque;
use std::mem;
use std::time::{Duration, Instant};

use super::fate::{BadNetwork, Direction, Fate, Fates};

/// How long a datagram is held back when no other one overtakes it.
const HELD_BACK: Duration = Duration::from_millis(500);

/// How many bytes of memory those on their way can take. A network has no room without
/// end either.
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

impl<V> Datagram<V> {
    /// How much memory it takes, an empty one too: its place here and its bytes. (A line
    /// has up to twice as many places as it needs, and it can wait in two of them.)
    fn cost(&self) -> usize {
        4 * size_of::<(Instant, Self)>() + self.bytes.len()
    }
}

/// Datagrams behind each other, with the time at which each leaves: the first one first,
/// since each line makes all of its datagrams wait equally long.
type Line<V> = VecDeque<(Instant, Datagram<V>)>;

/// The datagrams of both directions that are on their way.
pub struct Queue<V> {
    delay: Duration,
    /// What becomes of the next ones, to the server and to the client.
    fates: [Fates; 2],
    /// How many have come, to the server and to the client.
    count: [u64; 2],
    passing: Line<V>,
    /// Those that the next one of their direction overtakes.
    held: [Line<V>; 2],
    used: usize,
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
            passing: Line::new(),
            held: [Line::new(), Line::new()],
            used: 0,
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
        if self.used + 2 * datagram.cost() > ROOM {
            return (number, None);
        }

        let leaves = now + self.delay;
        match fate {
            Fate::Lost => {}
            Fate::HeldBack => {
                self.used += datagram.cost();
                self.held[way].push_back((leaves + HELD_BACK, datagram));
            }
            Fate::Passed | Fate::Twice => {
                let copy = (fate == Fate::Twice).then(|| datagram.clone());
                for datagram in copy.into_iter().chain([datagram]) {
                    self.used += datagram.cost();
                    self.passing.push_back((leaves, datagram));
                }
                // It has overtaken the ones that were held back: they follow now.
                for (_, held) in mem::take(&mut self.held[way]) {
                    self.passing.push_back((leaves, held));
                }
            }
        }
        (number, Some(fate))
    }

    /// When the next datagram leaves.
    pub fn next_departure(&mut self) -> Option<Instant> {
        self.next_line()?.front().map(|(leaves, _)| *leaves)
    }

    /// The next datagram, if it is time for it.
    pub fn leave(&mut self, now: Instant) -> Option<Datagram<V>> {
        if self.next_departure()? > now {
            return None;
        }
        let (_, datagram) = self.next_line()?.pop_front()?;
        self.used -= datagram.cost();
        Some(datagram)
    }

    /// The line whose first datagram leaves next.
    fn next_line(&mut self) -> Option<&mut Line<V>> {
        let [to_server, to_client] = &mut self.held;
        [&mut self.passing, to_server, to_client]
            .into_iter()
            .filter(|line| !line.is_empty())
            .min_by_key(|line| line.front().map(|(leaves, _)| *leaves))
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
        assert_eq!((queue.used, queue.next_departure()), (0, None));
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

    fn datagram(bytes: usize) -> Datagram<()> {
        let (direction, bytes) = (Direction::ToServer, vec![0; bytes]);
        Datagram { direction, bytes, via: () }
    }

    #[test]
    fn a_flood_finds_no_more_room_than_there_is_and_the_last_byte_of_it() {
        let now = Instant::now();
        for (reorder, bytes) in [(100, 0), (0, 65_507)] {
            let network = BadNetwork { reorder, ..BadNetwork::default() };
            let mut queue = Queue::new(network);
            let cost = datagram(bytes).cost();
            assert!(cost > bytes + 100, "an empty one costs something, too");
            let taken = (0..ROOM / 100)
                .take_while(|_| queue.take(datagram(bytes), now).1.is_some())
                .count();
            // It could be sent twice, so there has to be room for two.
            assert_eq!(taken, ROOM / cost - 1, "{reorder} {bytes}");
            while queue.leave(now + HELD_BACK).is_some() {}
            assert_eq!(queue.used, 0);
        }
    }

    /// With a walk through all of them for each, this takes a minute.
    #[test]
    fn a_datagram_among_many_costs_what_one_alone_does() {
        let delay = Duration::from_secs(60);
        let start = Instant::now();
        for reorder in [50, 100] {
            let network =
                BadNetwork { reorder, delay, ..BadNetwork::default() };
            let mut queue = Queue::new(network);
            for _ in 0..20_000 {
                queue.take(datagram(0), start);
            }
            let later = start + delay + HELD_BACK;
            let left = std::iter::from_fn(|| queue.leave(later)).count();
            assert_eq!(left, 20_000);
        }
        assert!(start.elapsed() < Duration::from_secs(10));
    }
}
