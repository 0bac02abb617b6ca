//! The receivers of the lesson, as they stand in src/, behind every network.

use std::io::Cursor;

use crate::relay::pieces::Lengths;
use common::trace::Trace;

use crate::answers::graders::delivery::every_way;
use crate::lockstep::{Lockstep, Network, connection};
use crate::{broken, fixed, framed, half_fixed, remedies};

/// Sender and receiver of one file of the lesson.
type Send = fn(&mut Vec<u8>, &[u8]) -> anyhow::Result<()>;
type Receive = fn(&mut Lockstep) -> anyhow::Result<Option<Vec<u8>>>;
const FIXED: (Send, Receive) = (fixed::send, fixed::receive);
const FRAMED: (Send, Receive) = (framed::send, framed::receive);
const HALF_FIXED: (Send, Receive) = (half_fixed::send, half_fixed::receive);

/// What the sender puts on the wire.
fn written(send: Send, messages: &[&[u8]]) -> Vec<u8> {
    let mut stream = Vec::new();
    for message in messages {
        send(&mut stream, message).unwrap();
    }
    stream
}

/// What comes out of a real connection on which the messages are delivered in
/// pieces of these lengths, in step with the reader.
fn received(
    (send, receive): (Send, Receive),
    messages: &[&[u8]],
    lengths: Lengths,
) -> Vec<Vec<u8>> {
    let trace = Trace::default();
    let (to, far) = connection(&trace, &trace).unwrap();
    to.set_nodelay(true).unwrap();
    let stream = written(send, messages).into();
    let mut reader = Lockstep::behind(Network { stream, lengths, to }, far);
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

/// The lengths of the pieces that end at these places.
fn lengths(places: &[usize]) -> impl Iterator<Item = usize> + use<> {
    let ends = places.iter().copied().chain([BYTES]);
    let starts = [0].into_iter().chain(places.iter().copied());
    let lengths: Vec<_> = ends.zip(starts).map(|(e, s)| e - s).collect();
    lengths.into_iter()
}

#[test]
fn fixed_and_framed_are_right_under_every_way_to_cut_a_short_stream() {
    // All 1024 of them on one connection, one after the other; and each reads
    // what the other one writes.
    let messages = SHORT.repeat(every_way(BYTES).count());
    for ends in [FIXED, FRAMED, (FIXED.0, FRAMED.1), (FRAMED.0, FIXED.1)] {
        let all = every_way(BYTES).flat_map(|places| lengths(&places));
        assert!(received(ends, &messages, Box::new(all)) == messages);
    }
}

#[test]
fn half_fixed_is_wrong_under_every_cut_inside_a_prefix_or_a_message() {
    // The places between the parts: 4 | 1 | 4 | 2. Only cuts at these do no
    // harm, and of those there are 2^3.
    let mut right = 0;
    for places in every_way(BYTES) {
        let hurts = places.iter().any(|place| ![4, 5, 9].contains(place));
        let pieces = Box::new(lengths(&places));
        let whole = received(HALF_FIXED, &SHORT, pieces) == SHORT;
        assert_eq!(whole, !hurts, "{places:?}");
        right += usize::from(whole);
    }
    assert_eq!(right, 8);
}

/// A stream that ends too early is neither a message nor a clean end.
#[test]
fn a_stream_that_ends_inside_a_message_is_an_error_for_fixed_and_framed() {
    for (send, receive) in [
        (FIXED.0, fixed::receive as fn(&mut Cursor<Vec<u8>>) -> _),
        (FRAMED.0, framed::receive),
    ] {
        let stream = written(send, &SHORT);
        assert_eq!(stream.len(), BYTES);
        for end in 0..BYTES {
            let mut cut = Cursor::new(stream[..end].to_vec());
            let mut last = receive(&mut cut);
            while matches!(last, Ok(Some(_))) {
                last = receive(&mut cut);
            }
            // After 0 and after 5 bytes no message has been begun.
            assert_eq!(last.is_ok(), [0, 5].contains(&end), "{end}");
        }
    }
}

#[test]
fn the_end_of_the_stream_is_no_message_for_any_receiver() {
    for receive in [
        broken::receive as fn(&mut Cursor<Vec<u8>>) -> _,
        half_fixed::receive,
        fixed::receive,
        framed::receive,
        remedies::receive_more,
        remedies::receive_line,
        remedies::receive_padded,
    ] {
        assert_eq!(receive(&mut Cursor::default()).unwrap(), None);
    }
}
