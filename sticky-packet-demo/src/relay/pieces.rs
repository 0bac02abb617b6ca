//! The pieces in which a network delivers a stream.

use std::{fmt, iter};

/// How many bytes one direction of a connection holds at most.
pub const BUFFER: usize = 65_536;

/// The lengths of the pieces of a stream, one after the other.
pub type Lengths = Box<dyn Iterator<Item = usize> + Send>;

/// How a network cuts a stream.
#[derive(Clone, Debug)]
pub enum Pieces {
    /// This many bytes each.
    Of(usize),
    /// These many, again from the first after the last.
    Listed(Vec<usize>),
    /// 1 to `most`, small ones more often; the same for the same seed.
    Random { most: usize, seed: u64 },
}

impl Pieces {
    /// What `--pieces` says: `7` or `3,7,1`, each from 1 to [`BUFFER`], or `random`, up
    /// to `most`, with a seed that another option gives; `None` if it says something
    /// else.
    pub fn parse(text: &str, most: usize) -> Option<Self> {
        if text == "random" {
            return Some(Self::Random { most, seed: 0 });
        }
        let lengths = text.split(',').map(|length| {
            let length = length.parse().ok()?;
            (1..=BUFFER).contains(&length).then_some(length)
        });
        lengths.collect::<Option<_>>().map(Self::Listed)
    }

    /// The same with this seed, where one decides.
    pub fn seeded(self, seed: u64) -> Self {
        match self {
            Self::Random { most, .. } => Self::Random { most, seed },
            listed => listed,
        }
    }

    /// The lengths for one direction of one connection: each has its own `number`.
    pub fn lengths(&self, number: u64) -> Lengths {
        match self {
            Self::Of(length) => Box::new(iter::repeat(*length)),
            Self::Listed(lengths) => {
                Box::new(lengths.clone().into_iter().cycle())
            }
            &Self::Random { most, seed } => {
                let seed = seed.wrapping_mul(1_000_003).wrapping_add(number);
                let mut random = fastrand::Rng::with_seed(seed);
                Box::new(iter::repeat_with(move || {
                    let longest = 1 << random.u32(0..=10);
                    random.usize(1..=most.min(longest))
                }))
            }
        }
    }
}

impl fmt::Display for Pieces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Of(length) => write!(f, "{length}"),
            Self::Listed(lengths) => {
                let lengths = lengths.iter().map(usize::to_string);
                f.write_str(&lengths.collect::<Vec<_>>().join(","))
            }
            Self::Random { .. } => f.write_str("random"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_pieces_and_another_others() {
        let of = |seed, number| -> Vec<usize> {
            let pieces = Pieces::Random { most: 24, seed };
            pieces.lengths(number).take(1000).collect()
        };
        assert_eq!(of(1, 0), of(1, 0));
        assert_ne!(of(1, 0), of(2, 0));
        assert_ne!(of(1, 0), of(1, 1));
        assert!(of(1, 0).iter().all(|n| (1..=24).contains(n)));
        assert!([1, 24].iter().all(|n| of(1, 0).contains(n)));
    }

    #[test]
    fn listed_lengths_start_again_with_the_first_after_the_last() {
        let lengths = |text| -> Vec<usize> {
            let pieces = Pieces::parse(text, 24).unwrap();
            pieces.lengths(0).take(5).collect()
        };
        assert_eq!(lengths("3,7,1"), [3, 7, 1, 3, 7]);
        assert_eq!(lengths("4"), [4; 5]);
        for wrong in ["", "0", "3,", "3,,1", "3, 1", "-1", "65537", "some"] {
            assert!(Pieces::parse(wrong, 24).is_none(), "{wrong}");
        }
    }
}
