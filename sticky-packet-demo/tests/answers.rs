//! The graders of the exercises are proven: what nobody has solved fails, the solutions
//! pass, and each of the wrong answers fails with the message that is meant for it.
#![allow(clippy::todo, reason = "an exercise that nobody has solved")]

#[path = "exercises/mod.rs"]
mod graders;
#[path = "../exercises/solutions"]
mod solutions {
    pub mod lines;
    pub mod no_trust;
    pub mod whole_messages;
}

use grade::exercise::{assert_solved, assert_unsolved, assert_wrong};
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

/// A module's `line`, and the `Lines` of the same or of another one.
macro_rules! codec {
    ($line:path, $lines:ty) => {
        Codec {
            line: $line,
            lines: || {
                let mut lines = <$lines>::default();
                Box::new(move |piece: &[u8]| lines.take(piece)) as Take
            },
        }
    };
}

#[test]
fn the_page_of_the_exercises_and_their_files_agree() {
    testing::check_exercises(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn whole_messages_unsolved() {
    let todo = Receive { in_memory: |_| todo!(), over_tcp: |_| todo!() };
    assert_unsolved(&whole_messages::steps(), todo);
}

#[test]
fn whole_messages_solved() {
    let right = receive!(solutions::whole_messages);
    assert_solved(&whole_messages::steps(), right);
}

#[path = "../exercises/wrong/whole_messages_a_bigger_buffer.rs"]
mod whole_messages_a_bigger_buffer;
#[path = "../exercises/wrong/whole_messages_a_new_reader.rs"]
mod whole_messages_a_new_reader;
#[path = "../exercises/wrong/whole_messages_a_sleep.rs"]
mod whole_messages_a_sleep;
#[path = "../exercises/wrong/whole_messages_any_end_is_clean.rs"]
mod whole_messages_any_end_is_clean;
#[path = "../exercises/wrong/whole_messages_exact_payload.rs"]
mod whole_messages_exact_payload;
#[path = "../exercises/wrong/whole_messages_half_fixed.rs"]
mod whole_messages_half_fixed;
#[path = "../exercises/wrong/whole_messages_spins.rs"]
mod whole_messages_spins;
#[path = "../exercises/wrong/whole_messages_with_capacity.rs"]
mod whole_messages_with_capacity;

#[test]
fn whole_messages_wrong() {
    assert_wrong(
        &whole_messages::steps(),
        &[
            (
                receive!(whole_messages_half_fixed),
                "each of the ways",
                "This cut breaks it",
            ),
            (
                receive!(whole_messages_exact_payload),
                "whose length is cut",
                "can be cut, too, and not only the payload",
            ),
            (
                receive!(whole_messages_a_sleep),
                "whose payload is cut",
                "no sleep before brings it",
            ),
            (
                receive!(whole_messages_a_bigger_buffer),
                "are told apart",
                "asked for 100000 bytes, and a length has 4",
            ),
            (
                receive!(whole_messages_a_new_reader),
                "are told apart",
                "asked for 8192 bytes, and a length has 4",
            ),
            (
                receive!(whole_messages_with_capacity),
                "that comes in one piece",
                "that of Vec::with_capacity(n) is 0",
            ),
            (
                receive!(whole_messages_any_end_is_clean),
                "the end inside",
                "Only an end in front of a length",
            ),
            (
                receive!(whole_messages_spins),
                "the end between",
                "a read of 0 bytes is the end",
            ),
        ],
    );
}

#[test]
fn no_trust_unsolved() {
    let todo = Receive { in_memory: |_| todo!(), over_tcp: |_| todo!() };
    assert_unsolved(&no_trust::steps(), todo);
}

#[test]
fn no_trust_solved() {
    let right = receive!(solutions::no_trust);
    assert_solved(&no_trust::steps(), right);
}

#[path = "../exercises/wrong/no_trust_a_signed_length.rs"]
mod no_trust_a_signed_length;
#[path = "../exercises/wrong/no_trust_cuts_it.rs"]
mod no_trust_cuts_it;
#[path = "../exercises/wrong/no_trust_one_too_few.rs"]
mod no_trust_one_too_few;
#[path = "../exercises/wrong/no_trust_reads_it_away.rs"]
mod no_trust_reads_it_away;
#[path = "../exercises/wrong/no_trust_what_came.rs"]
mod no_trust_what_came;
#[path = "../exercises/wrong/no_trust_what_it_says.rs"]
mod no_trust_what_it_says;
#[path = "../exercises/wrong/no_trust_zero_is_a_message.rs"]
mod no_trust_zero_is_a_message;
#[path = "../exercises/wrong/no_trust_zero_is_the_end.rs"]
mod no_trust_zero_is_the_end;

#[test]
fn no_trust_wrong() {
    assert_wrong(
        &no_trust::steps(),
        &[
            (
                receive!(no_trust_what_it_says),
                "is an error at once",
                "Four bytes of a stranger were believed",
            ),
            (
                receive!(no_trust_zero_is_the_end),
                "a length of 0",
                "is not the end of the stream",
            ),
            (
                receive!(no_trust_zero_is_a_message),
                "a length of 0",
                "No message is empty",
            ),
            (
                receive!(no_trust_cuts_it),
                "is an error at once",
                "do not take a part of it",
            ),
            (
                receive!(no_trust_reads_it_away),
                "is an error at once",
                "To read such a message away",
            ),
            (
                receive!(no_trust_one_too_few),
                "one of 65,536",
                "is allowed, too",
            ),
            (
                receive!(no_trust_what_came),
                "promises more than comes",
                "are content with less",
            ),
            (
                receive!(no_trust_a_signed_length),
                "over 2 GiB",
                "The length has no sign",
            ),
        ],
    );
}

#[test]
fn lines_unsolved() {
    let todo = Codec { line: |_| todo!(), lines: || todo!() };
    assert_unsolved(&lines::steps(), todo);
}

#[test]
fn lines_solved() {
    let right = codec!(solutions::lines::line, solutions::lines::Lines);
    assert_solved(&lines::steps(), right);
}

#[path = "../exercises/wrong/lines_any_escape.rs"]
mod lines_any_escape;
#[path = "../exercises/wrong/lines_backslash_not_escaped.rs"]
mod lines_backslash_not_escaped;
#[path = "../exercises/wrong/lines_each_piece.rs"]
mod lines_each_piece;
#[path = "../exercises/wrong/lines_escape_cut.rs"]
mod lines_escape_cut;
#[path = "../exercises/wrong/lines_no_empty_message.rs"]
mod lines_no_empty_message;
#[path = "../exercises/wrong/lines_not_escaped.rs"]
mod lines_not_escaped;
#[path = "../exercises/wrong/lines_replaced.rs"]
mod lines_replaced;
#[path = "../exercises/wrong/lines_text.rs"]
mod lines_text;
#[path = "../exercises/wrong/lines_without_a_limit.rs"]
mod lines_without_a_limit;

#[test]
fn lines_wrong() {
    assert_wrong(
        &lines::steps(),
        &[
            (
                codec!(lines_not_escaped::line, lines_not_escaped::Lines),
                "a newline inside",
                "so none may be in it",
            ),
            (
                codec!(
                    lines_backslash_not_escaped::line,
                    lines_backslash_not_escaped::Lines
                ),
                "a backslash inside",
                "takes both for a newline",
            ),
            (
                codec!(lines_escape_cut::line, lines_escape_cut::Lines),
                "is cut in two",
                "that a backslash has come",
            ),
            (
                codec!(lines_each_piece::line, lines_each_piece::Lines),
                "comes in two pieces",
                "The end of a piece means nothing",
            ),
            (
                codec!(lines_replaced::line, lines_replaced::Lines),
                "turned back",
                "escapes where there are none",
            ),
            (
                codec!(lines_text::line, lines_text::Lines),
                "no text",
                "do not decode them",
            ),
            (
                codec!(
                    lines_no_empty_message::line,
                    lines_no_empty_message::Lines
                ),
                "an empty message",
                "it counts",
            ),
            (
                codec!(
                    lines_without_a_limit::line,
                    lines_without_a_limit::Lines
                ),
                "does not end",
                "set a limit to what you keep",
            ),
            (
                codec!(lines_any_escape::line, lines_any_escape::Lines),
                "that is none",
                "No sender writes a backslash",
            ),
        ],
    );
}
