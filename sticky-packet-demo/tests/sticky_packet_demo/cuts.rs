//! The receivers of the lesson, as they stand in src/, at every cut.

use std::io;

use anyhow::Result;
use grade::exercise::assert_solved;

use crate::answers::graders::delivery::{Delivery, every_way};
use crate::answers::graders::whole_messages::{
    self, Receive as Answer, frames,
};
use crate::{broken, fixed, framed, half_fixed, remedies};

type Receive = fn(&mut Delivery) -> Result<Option<Vec<u8>>>;

/// Two messages, so short that all the ways to cut them can be tried: on the
/// wire 4 + 1 + 4 + 2 bytes.
const SHORT: [&[u8]; 2] = [b"a", b"bc"];
const BYTES: usize = 11;

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
fn all_three_senders_put_the_same_bytes_on_the_wire() {
    for send in [half_fixed::send, fixed::send, framed::send] {
        let mut stream = Vec::new();
        for message in SHORT {
            send(&mut stream, message).unwrap();
        }
        assert_eq!(stream, frames(&SHORT.map(Vec::from)));
    }
}

#[test]
fn fixed_and_framed_do_what_whole_messages_demands() {
    let fixed: Answer = |s| fixed::receive(s).map_err(io::Error::other);
    let framed: Answer = |s| framed::receive(s).map_err(io::Error::other);
    for receive in [fixed, framed] {
        assert_solved(&whole_messages::steps(), receive);
    }
}

#[test]
fn half_fixed_is_wrong_under_every_cut_inside_a_prefix_or_a_message() {
    // The places between the parts: 4 | 1 | 4 | 2. Only cuts at these do no
    // harm, and of those there are 2^3.
    let stream = frames(&SHORT.map(Vec::from));
    let mut right = 0;
    for places in every_way(BYTES) {
        let hurts = places.iter().any(|place| ![4, 5, 9].contains(place));
        let (messages, _) = received(half_fixed::receive, &stream, &places);
        let whole = messages == SHORT;
        assert_eq!(whole, !hurts, "{places:?}");
        right += usize::from(whole);
    }
    assert_eq!(right, 8);
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
