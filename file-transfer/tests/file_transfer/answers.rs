//! The graders of the exercises are proven. The files that a student edits are no part of
//! this: a half-typed one breaks no test.
#![allow(clippy::todo, reason = "an exercise that nobody has solved")]

#[path = "../exercises/mod.rs"]
pub mod graders;
#[path = "../../exercises/solutions"]
mod solutions {
    pub mod download;
    pub mod one_pass;
    pub mod speak_it;
}
#[allow(clippy::unused_io_amount, reason = "a mistake that three of them make")]
#[path = "../../exercises/wrong"]
mod wrong {
    pub mod download;
    pub mod one_pass;
    pub mod speak_it;
}

use grade::proof::prove;
use graders::{download, one_pass, speak_it};

const SOLUTION: one_pass::Answer = one_pass::Answer {
    send: solutions::one_pass::send,
    receive: solutions::one_pass::receive,
};

/// A wrong way to talk with a client, for each in a thread of its own.
macro_rules! talk {
    ($talk:path) => {
        (|listener, folder| {
            solutions::speak_it::serve(&listener, folder, $talk)
        }) as speak_it::Answer
    };
}

/// A wrong way to send, which takes what it is given as one thing, and the solution's way
/// to receive.
macro_rules! sender {
    ($send:path) => {
        one_pass::Answer {
            send: |to, name, size, file| $send((to, name, size, file)),
            ..SOLUTION
        }
    };
}

#[test]
fn download_is_graded() {
    let solution = solutions::download::download;
    let wrong = grade::wrong![download:
        one_read_header, "one byte at a time" => "less than you asked";
        buffers_the_header, "in one write" => "leave the rest for the file";
        trusts_the_name, "the name that the server" => "may send any name";
        renames_first, "a wrong digest" => "give the file its name only then";
        under_its_name, "an earlier file" => "and rename at the end";
        checks_no_size, "9 of 10" => "rename when every byte is there";
        spins, "a huge size" => "the client still waits";
        makes_room_first, "a huge size" => "It panicked: capacity overflow";
        whole_in_memory, "as it comes" => "Write each piece as it comes";
    ];
    prove(&download::steps(), |_, _, _| todo!(), solution, &wrong);
}

#[test]
fn speak_it_is_graded() {
    let solution = solutions::speak_it::speak_it;
    let talks = grade::wrong![talk! speak_it:
        joins_paths, "no name leads" => "Nothing outside the shared folder";
        one_read_for_each_part, "one byte at a time" => "less than you asked";
        believes_the_length, "over 65536" => "Check the length before you";
        lowest_byte_first, "list names" => "lowest byte first";
        counts_letters, "list names" => "not its letters";
        closes_after_an_error, "is not there" => "the connection goes on";
    ];
    let serves = grade::wrong![speak_it:
        in_turn, "that say nothing" => "in a thread of its own";
    ];
    let wrong = [&talks[..], &serves].concat();
    prove(&speak_it::steps(), |_, _| todo!(), solution, &wrong);
}

#[test]
fn one_pass_is_graded() {
    let unsolved = one_pass::Answer {
        send: |_, _, _, _| todo!(),
        receive: |_, _| todo!(),
    };
    let sending = grade::wrong![sender! one_pass:
        reads_it_all_first, "send holds" => "Send each piece before";
        hashes_the_whole_buffer, "send announces" => "not the whole buffer";
        writes_a_part, "send announces" => "write_all takes all";
        ends_where_the_file_ends, "shorter" => "the file has become shorter";
        sends_what_has_grown, "grown" => "The client counts";
    ];
    // A wrong way to receive, and the solution's way to send.
    let receiver = |receive| one_pass::Answer { receive, ..SOLUTION };
    let receiving = grade::wrong![receiver one_pass:
        ignores_the_trailer, "right" => "that of another file";
        needs_no_trailer, "right" => "without a trailer";
        reads_too_much, "reads no more" => "It reads too much";
    ];
    let wrong = [&sending[..], &receiving].concat();
    prove(&one_pass::steps(), unsolved, SOLUTION, &wrong);
}

#[test]
fn what_one_pass_gains_can_be_measured() {
    graders::gain::measure(&SOLUTION, 4 << 20);
}
