//! cargo test -p tcp-echo --test exercises until_the_end     grades one exercise
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test panics")]

#[path = "exercises/mod.rs"]
mod graders;

#[allow(clippy::todo, unused, reason = "this is where a student writes")]
#[path = "../exercises/last_words.rs"]
mod last_words;
#[allow(clippy::todo, unused, reason = "this is where a student writes")]
#[path = "../exercises/two_at_once.rs"]
mod two_at_once;
#[allow(clippy::todo, unused, reason = "this is where a student writes")]
#[path = "../exercises/until_the_end.rs"]
mod until_the_end;

use graders::PATIENCE;

#[test]
fn until_the_end() {
    graders::until_the_end::grade(until_the_end::until_the_end, PATIENCE);
}

#[test]
fn two_at_once() {
    graders::two_at_once::grade(two_at_once::two_at_once, PATIENCE);
}

#[test]
fn last_words() {
    graders::last_words::grade(last_words::last_words, PATIENCE);
}
