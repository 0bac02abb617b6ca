//! The receivers of the lesson, as they stand in src/, behind every network.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

#[path = "../src/fixed.rs"]
mod fixed;
#[path = "../src/half_fixed.rs"]
mod half_fixed;

use std::io::Cursor;

use common::relay::{Forward, Lengths, Lockstep, Pieces, both_ends};
use common::trace::Trace;

/// Sender and receiver of one file of the lesson.
type Send = fn(&mut Vec<u8>, &[u8]) -> anyhow::Result<()>;
type Receive = fn(&mut Lockstep) -> anyhow::Result<Option<Vec<u8>>>;
const FIXED: (Send, Receive) = (fixed::send, fixed::receive);
const HALF_FIXED: (Send, Receive) = (half_fixed::send, half_fixed::receive);

/// What comes out of a real connection on which the messages are delivered in
/// pieces of these lengths, in step with the reader.
fn received(
    (send, receive): (Send, Receive),
    messages: &[&[u8]],
    lengths: Lengths,
) -> Vec<Vec<u8>> {
    let mut stream = Vec::new();
    for message in messages {
        send(&mut stream, message).unwrap();
    }
    let trace = Trace::default();
    let (to, near) = both_ends((&trace, "relay"), (&trace, "reader")).unwrap();
    to.set_nodelay(true).unwrap();
    let forward = Forward::new(Cursor::new(stream), to, lengths);
    let mut reader = Lockstep::pieces(near, forward);
    let mut received = Vec::new();
    while let Ok(Some(message)) = receive(&mut reader) {
        received.push(message);
    }
    received
}

/// Two messages, so short that all the ways to cut them can be tried: on the
/// wire 4 + 1 + 4 + 2 bytes.
const SHORT: [&[u8]; 2] = [b"a", b"bc"];
const BYTES: usize = 11;

/// Each of the 2^(n-1) ways to cut n bytes: for every place between two of
/// them, a bit that says whether there is a cut.
fn every_cut() -> std::ops::Range<u32> {
    0..1 << (BYTES - 1)
}

fn is_cut(cut: u32, place: usize) -> bool {
    cut >> (place - 1) & 1 == 1
}

fn lengths(cut: u32) -> Vec<usize> {
    let mut lengths = vec![1];
    for place in 1..BYTES {
        match lengths.last_mut() {
            Some(last) if !is_cut(cut, place) => *last += 1,
            _ => lengths.push(1),
        }
    }
    lengths
}

#[test]
fn fixed_is_right_under_every_way_to_cut_a_short_stream() {
    // All 1024 of them on one connection, one after the other.
    let messages = SHORT.repeat(every_cut().len());
    let lengths: Vec<usize> = every_cut().flat_map(lengths).collect();
    let all = received(FIXED, &messages, Box::new(lengths.into_iter()));
    assert!(all == messages);
}

#[test]
fn half_fixed_is_wrong_under_every_cut_inside_a_prefix_or_a_message() {
    // The places between the parts: 4 | 1 | 4 | 2. Only cuts at these do no
    // harm, and of those there are 2^3.
    let harmless = [4, 5, 9];
    let mut right = 0;
    for cut in every_cut() {
        let hurts =
            (1..BYTES).any(|at| is_cut(cut, at) && !harmless.contains(&at));
        let lengths = Box::new(lengths(cut).into_iter());
        let whole = received(HALF_FIXED, &SHORT, lengths) == SHORT;
        assert_eq!(whole, !hurts, "{cut:b}");
        right += usize::from(whole);
    }
    assert_eq!(right, 8);
}

const LONGER: [&[u8]; 5] = [
    b"hello",
    "粘包".as_bytes(),
    b"\0\0\0\x05",
    b"a message that is a little longer than the others\n",
    b"x",
];

#[test]
fn one_byte_at_a_time_fixed_is_right_and_half_fixed_is_not() {
    let pieces = || Pieces::of(1).lengths(0);
    assert_eq!(received(FIXED, &LONGER, pieces()), LONGER);
    assert_ne!(received(HALF_FIXED, &LONGER, pieces()), LONGER);
}

#[test]
fn random_pieces_of_many_seeds_fixed_is_right_and_half_fixed_is_not() {
    let messages = LONGER.repeat(30);
    for seed in 0..200 {
        let pieces = || Pieces::random(seed).lengths(0);
        assert!(received(FIXED, &messages, pieces()) == messages, "{seed}");
        let half = received(HALF_FIXED, &messages, pieces());
        assert!(half != messages, "{seed}");
    }
}
