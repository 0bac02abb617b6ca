//! cargo test -p file-transfer --test exercises download     grades one exercise
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test panics")]

#[path = "exercises/mod.rs"]
mod graders;

#[allow(dead_code, reason = "a student need not use all of it")]
#[path = "../src/digest.rs"]
mod digest;
#[allow(dead_code, reason = "a student need not use all of it")]
#[path = "../src/wire.rs"]
mod wire;

#[allow(clippy::todo, unused, reason = "this is where a student writes")]
#[path = "../exercises/download.rs"]
mod download;
#[allow(clippy::todo, unused, reason = "this is where a student writes")]
#[path = "../exercises/one_pass.rs"]
mod one_pass;
#[allow(clippy::todo, unused, reason = "this is where a student writes")]
#[path = "../exercises/speak_it.rs"]
mod speak_it;

use grade::exercise::assert_solved;

#[test]
fn download() {
    assert_solved(&graders::download::steps(), download::download);
}

#[test]
fn speak_it() {
    assert_solved(&graders::speak_it::steps(), speak_it::speak_it);
}

#[test]
fn one_pass() {
    let (send, receive) = (one_pass::send as _, one_pass::receive as _);
    let answer = graders::one_pass::Answer { send, receive };
    assert_solved(&graders::one_pass::steps(), answer);
    // A debug build says little, and takes long.
    let size = if cfg!(debug_assertions) { 64 << 20 } else { 256 << 20 };
    graders::gain::measure(&answer, size);
}
