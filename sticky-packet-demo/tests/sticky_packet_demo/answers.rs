//! The graders of the exercises are proven. The files that a student edits are no part of
//! this: a half-typed one breaks no test.
#![allow(clippy::todo, reason = "an exercise that nobody has solved")]

#[path = "../exercises/mod.rs"]
pub mod graders;
#[path = "../../exercises/solutions"]
mod solutions {
    pub mod lines;
    pub mod no_trust;
    pub mod whole_messages;
}
#[path = "../../exercises/wrong"]
mod wrong {
    pub mod lines;
    pub mod no_trust;
    pub mod whole_messages;
}

use grade::proof::prove;
use graders::lines::{Codec, Take};
use graders::whole_messages::Receive;
use graders::{lines, no_trust, whole_messages};

fn solved_lines() -> Take {
    let mut lines = solutions::lines::Lines::default();
    Box::new(move |piece: &[u8]| lines.take(piece))
}

#[test]
fn whole_messages_is_graded() {
    let solution: Receive = solutions::whole_messages::receive;
    let wrong = grade::wrong![whole_messages:
        half_fixed, "each of the ways" => "This cut breaks it";
        exact_payload, "length is cut" => "not only the payload";
        a_sleep, "payload is cut" => "no sleep before brings it";
        a_bigger_buffer, "told apart" => "asked for 100000 bytes, and a";
        a_new_reader, "told apart" => "asked for 8192 bytes, and a";
        with_capacity, "that comes in one piece" => "that of Vec::with_capacity(n)";
        any_end_is_clean, "the end inside" => "an end in front of a length";
        spins, "the end between" => "a read of 0 bytes is the end";
    ];
    prove(&whole_messages::steps(), |_| todo!(), solution, &wrong);
}

#[test]
fn no_trust_is_graded() {
    let solution: Receive = solutions::no_trust::receive;
    let wrong = grade::wrong![no_trust:
        what_it_says, "an error at once" => "Four bytes of a stranger were";
        zero_is_the_end, "a length of 0" => "is not the end of the stream";
        zero_is_a_message, "a length of 0" => "No message is empty";
        cuts_it, "is an error at once" => "do not take a part of it";
        reads_it_away, "an error at once" => "Do not read such a message";
        one_too_few, "one of 65,536" => "is allowed, too";
        what_came, "the end inside" => "are content with less";
        a_signed_length, "over 2 GiB" => "The length has no sign";
    ];
    prove(&no_trust::steps(), |_| todo!(), solution, &wrong);
}

#[test]
fn lines_is_graded() {
    let unsolved = Codec { line: |_| todo!(), lines: || todo!() };
    let (line, lines) = (solutions::lines::line, solved_lines);
    // One wrong end, and the other one of the solution.
    let maker = |line| Codec { line, lines };
    let taker = |lines| Codec { line, lines };
    let made = grade::wrong![maker lines:
        not_escaped, "a newline inside" => "so none may be in it";
        backslash_not_escaped, "a backslash inside" => "takes both for a newline";
    ];
    let taken = grade::wrong![taker lines:
        escape_cut, "is cut in two" => "that a backslash has come";
        each_piece, "in two pieces" => "The end of a piece means nothing";
        replaced, "turned back" => "escapes where there are none";
        text, "not text" => "do not decode them";
        no_empty_message, "an empty message" => "it counts";
        without_a_limit, "does not end" => "set a limit to what you keep";
        any_escape, "another byte" => "No sender writes a backslash";
    ];
    let wrong = [&made[..], &taken].concat();
    prove(&lines::steps(), unsolved, maker(line), &wrong);
}
