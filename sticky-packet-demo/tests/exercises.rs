//! cargo test -p sticky-packet-demo --test exercises whole_messages     grades one
//! exercise

#[path = "exercises/mod.rs"]
mod graders;

#[allow(clippy::todo, unused, reason = "this is where a student writes")]
#[path = "../exercises/lines.rs"]
mod lines;
#[allow(clippy::todo, unused, reason = "this is where a student writes")]
#[path = "../exercises/no_trust.rs"]
mod no_trust;
#[allow(clippy::todo, unused, reason = "this is where a student writes")]
#[path = "../exercises/whole_messages.rs"]
mod whole_messages;

use grade::exercise::assert_solved;
use graders::lines::Codec;

#[test]
fn whole_messages() {
    let steps = graders::whole_messages::steps();
    assert_solved(&steps, whole_messages::receive);
}

#[test]
fn no_trust() {
    assert_solved(&graders::no_trust::steps(), no_trust::receive);
}

#[test]
fn lines() {
    let take = || {
        let mut lines = lines::Lines::default();
        Box::new(move |piece: &[u8]| lines.take(piece)) as graders::lines::Take
    };
    let codec = Codec { line: lines::line, lines: take };
    assert_solved(&graders::lines::steps(), codec);
}
