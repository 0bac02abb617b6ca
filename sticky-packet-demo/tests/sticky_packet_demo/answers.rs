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
    pub mod lines_any_escape;
    pub mod lines_backslash_not_escaped;
    pub mod lines_each_piece;
    pub mod lines_escape_cut;
    pub mod lines_no_empty_message;
    pub mod lines_not_escaped;
    pub mod lines_replaced;
    pub mod lines_text;
    pub mod lines_without_a_limit;
    pub mod no_trust_a_signed_length;
    pub mod no_trust_cuts_it;
    pub mod no_trust_one_too_few;
    pub mod no_trust_reads_it_away;
    pub mod no_trust_what_came;
    pub mod no_trust_what_it_says;
    pub mod no_trust_zero_is_a_message;
    pub mod no_trust_zero_is_the_end;
    pub mod whole_messages_a_bigger_buffer;
    pub mod whole_messages_a_new_reader;
    pub mod whole_messages_a_sleep;
    pub mod whole_messages_any_end_is_clean;
    pub mod whole_messages_exact_payload;
    pub mod whole_messages_half_fixed;
    pub mod whole_messages_spins;
    pub mod whole_messages_with_capacity;
}

use grade::proof::prove;
use graders::lines::{Codec, Take};
use graders::received::Receive;
use graders::{lines, no_trust, whole_messages};

/// The `receive` of a module, for both kinds of stream.
macro_rules! receive {
    ($($module:ident)::+) => {
        Receive {
            in_memory: $($module)::+::receive,
            over_tcp: $($module)::+::receive,
        }
    };
}

/// The `line` and the `Lines` of a module.
macro_rules! codec {
    ($($module:ident)::+) => {
        Codec {
            line: $($module)::+::line,
            lines: || {
                let mut lines = $($module)::+::Lines::default();
                Box::new(move |piece: &[u8]| lines.take(piece)) as Take
            },
        }
    };
}

const UNSOLVED: Receive =
    Receive { in_memory: |_| todo!(), over_tcp: |_| todo!() };

#[test]
fn the_page_of_the_exercises_and_their_files_agree() {
    let proofs = include_str!("answers.rs");
    testing::check_exercises(env!("CARGO_MANIFEST_DIR"), proofs);
}

#[test]
fn whole_messages_is_graded() {
    let solution = receive!(solutions::whole_messages);
    let wrong = grade::wrong![receive!:
        whole_messages_half_fixed, "each of the ways" => "This cut breaks it";
        whole_messages_exact_payload, "length is cut" => "not only the payload";
        whole_messages_a_sleep, "payload is cut" => "no sleep before brings it";
        whole_messages_a_bigger_buffer, "told apart" => "asked for 100000 bytes, and a";
        whole_messages_a_new_reader, "told apart" => "asked for 8192 bytes, and a";
        whole_messages_with_capacity, "that comes in one piece" => "that of Vec::with_capacity(n)";
        whole_messages_any_end_is_clean, "the end inside" => "an end in front of a length";
        whole_messages_spins, "the end between" => "a read of 0 bytes is the end";
    ];
    prove(&whole_messages::steps(), UNSOLVED, solution, &wrong);
}

#[test]
fn no_trust_is_graded() {
    let solution = receive!(solutions::no_trust);
    let wrong = grade::wrong![receive!:
        no_trust_what_it_says, "an error at once" => "Four bytes of a stranger were";
        no_trust_zero_is_the_end, "a length of 0" => "is not the end of the stream";
        no_trust_zero_is_a_message, "a length of 0" => "No message is empty";
        no_trust_cuts_it, "is an error at once" => "do not take a part of it";
        no_trust_reads_it_away, "an error at once" => "To read such a message away";
        no_trust_one_too_few, "one of 65,536" => "is allowed, too";
        no_trust_what_came, "promises more than comes" => "are content with less";
        no_trust_a_signed_length, "over 2 GiB" => "The length has no sign";
    ];
    prove(&no_trust::steps(), UNSOLVED, solution, &wrong);
}

#[test]
fn lines_is_graded() {
    let unsolved = Codec { line: |_| todo!(), lines: || todo!() };
    let solution = codec!(solutions::lines);
    let wrong = grade::wrong![codec!:
        lines_not_escaped, "a newline inside" => "so none may be in it";
        lines_backslash_not_escaped, "a backslash" => "takes both for a newline";
        lines_escape_cut, "is cut in two" => "that a backslash has come";
        lines_each_piece, "in two pieces" => "The end of a piece means nothing";
        lines_replaced, "turned back" => "escapes where there are none";
        lines_text, "no text" => "do not decode them";
        lines_no_empty_message, "an empty message" => "it counts";
        lines_without_a_limit, "does not end" => "set a limit to what you keep";
        lines_any_escape, "that is none" => "No sender writes a backslash";
    ];
    prove(&lines::steps(), unsolved, solution, &wrong);
}
