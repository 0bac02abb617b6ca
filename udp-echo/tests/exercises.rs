//! cargo test -p udp-echo --test exercises ask_again     grades one exercise

#[path = "exercises/mod.rs"]
mod graders;

#[allow(clippy::todo, unused, reason = "this is where a student writes")]
#[path = "../exercises/ask_again.rs"]
mod ask_again;
#[allow(clippy::todo, unused, reason = "this is where a student writes")]
#[path = "../exercises/deliver.rs"]
mod deliver;
#[allow(clippy::todo, unused, reason = "this is where a student writes")]
#[path = "../exercises/pay_once.rs"]
mod pay_once;

use grade::exercise::assert_solved;
use graders::deliver::Deliver;

#[test]
fn ask_again() {
    assert_solved(&graders::ask_again::steps(), ask_again::ask_again);
}

#[test]
fn pay_once() {
    assert_solved(&graders::pay_once::steps(), pay_once::pay_once);
}

#[test]
fn deliver() {
    let (send, receive) = (deliver::send, deliver::receive);
    assert_solved(&graders::deliver::steps(), Deliver { send, receive });
}
