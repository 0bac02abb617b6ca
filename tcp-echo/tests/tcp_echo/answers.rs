//! The graders of the exercises are proven. The files that a student edits are no part of
//! this: a half-typed one breaks no test.
#![allow(clippy::todo, reason = "an exercise that nobody has solved")]

#[path = "../exercises/mod.rs"]
mod graders;
#[path = "../../exercises/solutions"]
mod solutions {
    pub mod last_words;
    pub mod two_at_once;
    pub mod until_the_end;
}
#[path = "../../exercises/wrong"]
mod wrong {
    pub mod last_words;
    pub mod two_at_once;
    pub mod until_the_end;
}

use grade::proof::prove;
use graders::{last_words, two_at_once, until_the_end};

/// A wrong answer takes what it is given as one thing.
macro_rules! refused {
    ($answer:path) => {
        (|stream, message, limit| $answer((stream, message, limit)))
            as last_words::Answer
    };
}

#[test]
fn until_the_end_is_graded() {
    let solution = solutions::until_the_end::until_the_end;
    let wrong = grade::wrong![until_the_end:
        spins, "finished sending" => "not an empty message";
        whole_buffer, "two lines" => "not the whole buffer";
        with_capacity, "upper case" => "as Vec::with_capacity makes it";
        one_answer, "two lines" => "good for more than one answer";
        waits_for_a_line, "a newline" => "the server waits for one";
        as_text, "not text" => "do not decode them";
    ];
    prove(&until_the_end::steps(), |_| todo!(), solution, &wrong);
}

#[test]
fn two_at_once_is_graded() {
    let solution = solutions::two_at_once::two_at_once;
    let wrong = grade::wrong![two_at_once:
        in_turn, "a second client" => "serves one after the other";
        two_threads, "a hundred" => "2 others came before";
        unwraps, "an error of accept" => "It panicked";
    ];
    prove(&two_at_once::steps(), |_, _| todo!(), solution, &wrong);
}

#[test]
fn last_words_is_graded() {
    let solution = solutions::last_words::last_words;
    let wrong = grade::wrong![refused! last_words:
        closes_at_once, "16 MB" => "A close with bytes unread resets";
        hears_it_out_first, "that waits" => "Say it first";
        says_no_end, "that waits" => "no end of the stream behind it";
        waits_without_end, "closes" => "keep it longer than the limit";
        limits_each_read, "stops" => "not for each read";
    ];
    prove(&last_words::steps(), |_, _, _| todo!(), solution, &wrong);
}
