//! The deliveries of the matrix, and the messages for each.

use common::pieces::Pieces;

use super::experiment::Delivery;
use crate::remedies::BIGGER;

pub struct Column {
    pub title: &'static str,
    pub messages: Kind,
    pub delivery: fn(seed: u64) -> Delivery,
}

/// What every other message is like; the rest is short and plain.
#[derive(Clone, Copy)]
pub enum Kind {
    Plain,
    Long,
    WithNewline,
}

pub const COLUMNS: [Column; 6] = [
    Column {
        title: "idle",
        messages: Kind::Plain,
        delivery: |_| Delivery::IdleReader,
    },
    Column {
        title: "busy",
        messages: Kind::Plain,
        delivery: |_| Delivery::BusyReader,
    },
    Column {
        title: "long",
        messages: Kind::Long,
        delivery: |_| Delivery::BusyReader,
    },
    Column {
        title: "newline",
        messages: Kind::WithNewline,
        delivery: |_| Delivery::BusyReader,
    },
    Column {
        title: "1 byte",
        messages: Kind::Plain,
        delivery: |_| Delivery::InPieces(Pieces::of(1)),
    },
    Column {
        title: "random",
        messages: Kind::Plain,
        delivery: |seed| Delivery::InPieces(Pieces::random_up_to(24, seed)),
    },
];

/// The shortest and the longest plain message.
pub const PLAIN: (usize, usize) = (6, 16);

/// Longer than the bigger buffer, which is longer than the other one and than the fixed
/// size.
pub const LONG: usize = BIGGER + 1;

/// Messages from a seed, no two alike.
pub fn messages(kind: Kind, count: usize, seed: u64) -> Vec<Vec<u8>> {
    let mut random = fastrand::Rng::with_seed(seed);
    let message = |i| {
        let mut text = format!("{i} ");
        let special = i % 2 == 0;
        let length = match kind {
            Kind::Long if special => random.usize(LONG..LONG + PLAIN.1),
            _ => random.usize(PLAIN.0..=PLAIN.1),
        };
        while text.len() < length {
            text.push(random.lowercase());
        }
        let mut message = text.into_bytes();
        if let (Kind::WithNewline, true) = (kind, special) {
            message[4] = b'\n';
        }
        message
    };
    (0..count).map(message).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broken::BUFFER;
    use crate::remedies::SIZE;

    /// Of every two messages the first one is of this kind, whatever the seed.
    fn first_of_two(kind: Kind, is: fn(&[u8]) -> bool) {
        for seed in 0..20 {
            for (i, message) in messages(kind, 100, seed).iter().enumerate() {
                assert_eq!(is(message), i % 2 == 0, "{seed} {i}");
            }
        }
    }

    #[test]
    fn every_other_message_is_too_long_for_every_buffer() {
        first_of_two(Kind::Long, |message| {
            message.len() > BIGGER.max(BUFFER).max(SIZE)
        });
        let long = messages(Kind::Long, 100, 1);
        assert!(long.iter().all(|m| m.len() < LONG + PLAIN.1));
    }

    #[test]
    fn every_other_message_has_a_newline_in_it() {
        first_of_two(Kind::WithNewline, |message| message.contains(&b'\n'));
    }
}
