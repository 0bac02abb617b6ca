//! The receivers of the lesson, as they stand in src/, at every cut.

use anyhow::Result;

use crate::answers::graders::delivery::{Delivery, every_way};
use crate::{broken, fixed, framed, half_fixed, remedies};

/// Sender and receiver of one file of the lesson.
type Send = fn(&mut Vec<u8>, &[u8]) -> Result<()>;
type Receive = fn(&mut Delivery) -> Result<Option<Vec<u8>>>;
const FIXED: (Send, Receive) = (fixed::send, fixed::receive);
const FRAMED: (Send, Receive) = (framed::send, framed::receive);
const HALF_FIXED: (Send, Receive) = (half_fixed::send, half_fixed::receive);

/// Two messages, so short that all the ways to cut them can be tried: on the
/// wire 4 + 1 + 4 + 2 bytes.
const SHORT: [&[u8]; 2] = [b"a", b"bc"];
const BYTES: usize = 11;

/// What the sender puts on the wire.
fn written(send: Send) -> Vec<u8> {
    let mut stream = Vec::new();
    for message in SHORT {
        send(&mut stream, message).unwrap();
    }
    assert_eq!(stream.len(), BYTES);
    stream
}

/// The messages that a receiver makes of this stream, cut at these places, and whether
/// their end is a clean one.
fn received(
    receive: Receive,
    stream: &[u8],
    places: &[usize],
) -> (Vec<Vec<u8>>, bool) {
    let mut delivery = Delivery::new(stream, places);
    let mut received = Vec::new();
    loop {
        match receive(&mut delivery) {
            Ok(Some(message)) => received.push(message),
            end => return (received, end.is_ok()),
        }
    }
}

#[test]
fn fixed_and_framed_are_right_under_every_way_to_cut_a_short_stream() {
    // Each reads what the other one writes, too.
    for (send, receive) in
        [FIXED, FRAMED, (FIXED.0, FRAMED.1), (FRAMED.0, FIXED.1)]
    {
        let stream = written(send);
        for places in every_way(BYTES) {
            let (messages, is_clean) = received(receive, &stream, &places);
            assert!(messages == SHORT && is_clean, "{places:?}");
        }
    }
}

#[test]
fn half_fixed_is_wrong_under_every_cut_inside_a_prefix_or_a_message() {
    // The places between the parts: 4 | 1 | 4 | 2. Only cuts at these do no
    // harm, and of those there are 2^3.
    let stream = written(HALF_FIXED.0);
    let mut right = 0;
    for places in every_way(BYTES) {
        let hurts = places.iter().any(|place| ![4, 5, 9].contains(place));
        let (messages, _) = received(HALF_FIXED.1, &stream, &places);
        let whole = messages == SHORT;
        assert_eq!(whole, !hurts, "{places:?}");
        right += usize::from(whole);
    }
    assert_eq!(right, 8);
}

/// A stream that ends too early is neither a message nor a clean end.
#[test]
fn a_stream_that_ends_inside_a_message_is_an_error_for_fixed_and_framed() {
    for (send, receive) in [FIXED, FRAMED] {
        let stream = written(send);
        for end in 0..BYTES {
            let (_, is_clean) = received(receive, &stream[..end], &[]);
            // After 0 and after 5 bytes no message has been begun.
            assert_eq!(is_clean, [0, 5].contains(&end), "{end}");
        }
    }
}

#[test]
fn the_end_of_the_stream_is_no_message_for_any_receiver() {
    let receivers: [Receive; 7] = [
        broken::receive,
        half_fixed::receive,
        fixed::receive,
        framed::receive,
        remedies::receive_more,
        remedies::receive_line,
        remedies::receive_padded,
    ];
    for receive in receivers {
        assert_eq!(received(receive, &[], &[]), (vec![], true));
    }
}
