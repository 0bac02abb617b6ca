//! What a bad network does to a datagram, decided by a seed.

use std::fmt;
use std::time::Duration;

/// How bad the network is. A datagram has one fate: it is lost, else held back, else sent
/// twice, else passed on.
#[derive(Clone, Copy, Debug, Default)]
pub struct BadNetwork {
    /// How many datagrams of 100 are lost.
    pub lose: u64,
    /// How many of 100 arrive twice.
    pub duplicate: u64,
    /// How many of 100 are held back, so that later ones overtake them.
    pub reorder: u64,
    /// How long each datagram is on its way.
    pub delay: Duration,
    /// Decides which ones.
    pub seed: u64,
}

/// Where a datagram goes. Each direction counts its own datagrams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    ToServer,
    ToClient,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ToServer => "to server",
            Self::ToClient => "to client",
        })
    }
}

/// What becomes of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It arrives once.
    Passed,
    /// It does not arrive.
    Lost,
    /// It arrives twice.
    Twice,
    /// It arrives late.
    HeldBack,
    /// It does not arrive either.
    NoRoom,
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Passed => "passed on",
            Self::Lost => "lost",
            Self::Twice => "sent twice",
            Self::HeldBack => "held back for the next one to overtake",
            Self::NoRoom => "lost: too much is on its way",
        })
    }
}

impl BadNetwork {
    /// The fates of the datagrams to the server and of those to the client. They depend
    /// on nothing else than what is asked here, so they are the same whatever the timing.
    pub fn fates(self) -> [Fates; 2] {
        let mut seeds = fastrand::Rng::with_seed(self.seed);
        [(); 2].map(|()| Fates { network: self, dice: seeds.fork() })
    }
}

/// What [`BadNetwork::fates`] returns.
#[derive(Debug)]
pub struct Fates {
    network: BadNetwork,
    dice: fastrand::Rng,
}

impl Fates {
    /// The fate of the next datagram.
    pub fn throw(&mut self) -> Fate {
        // All three dice are thrown, needed or not: the datagrams that are lost stay
        // the same when --duplicate changes.
        let [lost, held, twice] = [(); 3].map(|()| self.dice.u64(0..100));
        if lost < self.network.lose {
            Fate::Lost
        } else if held < self.network.reorder {
            Fate::HeldBack
        } else if twice < self.network.duplicate {
            Fate::Twice
        } else {
            Fate::Passed
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first fates of both directions.
    fn fates(network: BadNetwork) -> [Vec<Fate>; 2] {
        let throw = |mut fates: Fates| (0..10_000).map(move |_| fates.throw());
        network.fates().map(|fates| throw(fates).collect())
    }

    #[test]
    fn the_same_seed_gives_the_same_fates_and_another_others() {
        let network =
            BadNetwork { lose: 30, duplicate: 10, ..BadNetwork::default() };
        let [to_server, to_client] = fates(network);
        assert_eq!(fates(network), [to_server.clone(), to_client.clone()]);
        assert_ne!(to_server, to_client);
        assert_ne!(to_server, fates(BadNetwork { seed: 2, ..network })[0]);
    }

    #[test]
    fn a_percentage_is_kept_and_0_and_100_are_never_and_always() {
        for (percent, least, most) in [
            (0, 0, 0),
            (10, 900, 1100),
            (30, 2800, 3200),
            (100, 10_000, 10_000),
        ] {
            let good = BadNetwork::default();
            for (network, wanted) in [
                (BadNetwork { lose: percent, ..good }, Fate::Lost),
                (BadNetwork { duplicate: percent, ..good }, Fate::Twice),
                (BadNetwork { reorder: percent, ..good }, Fate::HeldBack),
            ] {
                let [fates, _] = fates(network);
                let n = fates.iter().filter(|fate| **fate == wanted).count();
                assert!((least..=most).contains(&n), "{wanted}: {n}");
            }
        }
    }
}
