//! cargo test -p tcp-echo --test exercises until_the_end     grades one exercise

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

use grade::exercise::assert_solved;

#[test]
fn until_the_end() {
    let steps = graders::until_the_end::steps();
    assert_solved(&steps, until_the_end::until_the_end);
}

#[test]
fn two_at_once() {
    let steps = graders::two_at_once::steps();
    assert_solved(&steps, two_at_once::two_at_once);
}

#[test]
fn last_words() {
    let steps = graders::last_words::steps();
    assert_solved(&steps, last_words::last_words);
}
