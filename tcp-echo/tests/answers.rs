//! The graders of the exercises are proven: what nobody has solved fails, the solutions
//! pass, and each of the wrong answers fails with the message that is meant for it.
//!
//! The files that a student edits are not part of this: a half-typed one breaks no test.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test panics")]
#![allow(clippy::todo, reason = "what nobody has solved")]

#[allow(dead_code, reason = "a student's patience is another one")]
#[path = "exercises/mod.rs"]
mod graders;

use std::time::Duration;

use graders::{last_words, two_at_once, until_the_end};

/// What passes, or fails at once, gets a long patience; what waits without end, a short
/// one: so a slow machine errs towards rejecting.
const LONG: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(1500);

#[test]
fn the_page_of_the_exercises_and_their_files_agree() {
    testing::check_exercises(env!("CARGO_MANIFEST_DIR"));
}

#[test]
#[should_panic(expected = "The connection ended without an answer")]
fn until_the_end_unsolved() {
    until_the_end::grade(|_| todo!(), SHORT);
}

#[path = "../exercises/solutions/until_the_end.rs"]
mod until_the_end_solved;

#[test]
fn until_the_end_solved() {
    until_the_end::grade(until_the_end_solved::until_the_end, LONG);
}

#[path = "../exercises/wrong/until_the_end_spins.rs"]
mod until_the_end_spins;

#[test]
#[should_panic(expected = "not an empty message")]
fn until_the_end_spins() {
    until_the_end::check(
        "a client that has finished sending",
        until_the_end_spins::until_the_end,
        SHORT,
    );
}

#[path = "../exercises/wrong/until_the_end_whole_buffer.rs"]
mod until_the_end_whole_buffer;

#[test]
#[should_panic(expected = "not the whole buffer")]
fn until_the_end_whole_buffer() {
    until_the_end::check(
        "two lines, one after the other",
        until_the_end_whole_buffer::until_the_end,
        LONG,
    );
}

#[path = "../exercises/wrong/until_the_end_with_capacity.rs"]
mod until_the_end_with_capacity;

#[test]
#[should_panic(expected = "as Vec::with_capacity makes it")]
fn until_the_end_with_capacity() {
    until_the_end::check(
        "a line comes back in upper case",
        until_the_end_with_capacity::until_the_end,
        LONG,
    );
}

#[path = "../exercises/wrong/until_the_end_one_answer.rs"]
mod until_the_end_one_answer;

#[test]
#[should_panic(expected = "good for more than one answer")]
fn until_the_end_one_answer() {
    until_the_end::check(
        "two lines, one after the other",
        until_the_end_one_answer::until_the_end,
        LONG,
    );
}

#[path = "../exercises/wrong/until_the_end_waits_for_a_line.rs"]
mod until_the_end_waits_for_a_line;

#[test]
#[should_panic(expected = "the server waits for one")]
fn until_the_end_waits_for_a_line() {
    until_the_end::check(
        "does not wait for a newline",
        until_the_end_waits_for_a_line::until_the_end,
        SHORT,
    );
}

#[path = "../exercises/wrong/until_the_end_as_text.rs"]
mod until_the_end_as_text;

#[test]
#[should_panic(expected = "do not decode them")]
fn until_the_end_as_text() {
    until_the_end::check(
        "bytes that are no text",
        until_the_end_as_text::until_the_end,
        LONG,
    );
}

#[test]
#[should_panic(expected = "FAIL a line comes back")]
fn two_at_once_unsolved() {
    two_at_once::grade(|_, _| todo!(), SHORT);
}

#[path = "../exercises/solutions/two_at_once.rs"]
mod two_at_once_solved;

#[test]
fn two_at_once_solved() {
    two_at_once::grade(two_at_once_solved::two_at_once, LONG);
}

#[path = "../exercises/wrong/two_at_once_in_turn.rs"]
mod two_at_once_in_turn;

#[test]
#[should_panic(expected = "serves one after the other")]
fn two_at_once_in_turn() {
    two_at_once::check(
        "a second client is answered",
        two_at_once_in_turn::two_at_once,
        SHORT,
    );
}

#[path = "../exercises/wrong/two_at_once_joins.rs"]
mod two_at_once_joins;

#[test]
#[should_panic(expected = "serves one after the other")]
fn two_at_once_joins() {
    two_at_once::check(
        "a second client is answered",
        two_at_once_joins::two_at_once,
        SHORT,
    );
}

#[path = "../exercises/wrong/two_at_once_two_threads.rs"]
mod two_at_once_two_threads;

#[test]
#[should_panic(expected = "99 others are connected")]
fn two_at_once_two_threads() {
    two_at_once::check(
        "a hundred clients at once",
        two_at_once_two_threads::two_at_once,
        SHORT,
    );
}

#[test]
#[should_panic(expected = "came    0 bytes")]
fn last_words_unsolved() {
    last_words::grade(|_, _, _| todo!(), SHORT);
}

#[path = "../exercises/solutions/last_words.rs"]
mod last_words_solved;

#[test]
fn last_words_solved() {
    last_words::grade(last_words_solved::last_words, LONG);
}

#[path = "../exercises/wrong/last_words_closes_at_once.rs"]
mod last_words_closes_at_once;

#[test]
#[should_panic(expected = "A close with bytes unread resets")]
fn last_words_closes_at_once() {
    last_words::sends(last_words_closes_at_once::last_words, LONG);
}

#[path = "../exercises/wrong/last_words_shuts_down_only.rs"]
mod last_words_shuts_down_only;

#[test]
#[should_panic(expected = "A close with bytes unread resets")]
fn last_words_shuts_down_only() {
    last_words::sends(last_words_shuts_down_only::last_words, LONG);
}

#[path = "../exercises/wrong/last_words_sleeps.rs"]
mod last_words_sleeps;

#[test]
#[should_panic(expected = "A close with bytes unread resets")]
fn last_words_sleeps() {
    last_words::sends(last_words_sleeps::last_words, LONG);
}

#[path = "../exercises/wrong/last_words_hears_it_out_first.rs"]
mod last_words_hears_it_out_first;

#[test]
#[should_panic(expected = "say it first")]
fn last_words_hears_it_out_first() {
    last_words::waits(last_words_hears_it_out_first::last_words, SHORT);
}

#[path = "../exercises/wrong/last_words_says_no_end.rs"]
mod last_words_says_no_end;

#[test]
#[should_panic(expected = "no end of the stream behind it")]
fn last_words_says_no_end() {
    last_words::waits(last_words_says_no_end::last_words, SHORT);
}

#[path = "../exercises/wrong/last_words_waits_without_end.rs"]
mod last_words_waits_without_end;

#[test]
#[should_panic(expected = "keep it longer than the limit")]
fn last_words_waits_without_end() {
    last_words::never_leaves(last_words_waits_without_end::last_words, SHORT);
}

#[path = "../exercises/wrong/last_words_limits_each_read.rs"]
mod last_words_limits_each_read;

#[test]
#[should_panic(expected = "not for each read")]
fn last_words_limits_each_read() {
    last_words::never_stops(last_words_limits_each_read::last_words, SHORT);
}
