//! The graders of the exercises are proven. The files that a student edits are no part of
//! this: a half-typed one breaks no test.
#![allow(clippy::todo, reason = "an exercise that nobody has solved")]

#[path = "../exercises/mod.rs"]
mod graders;
#[path = "../../exercises/solutions"]
mod solutions {
    pub mod download;
    pub mod one_pass;
    pub mod speak_it;
}
#[allow(clippy::unused_io_amount, reason = "a mistake that three of them make")]
#[path = "../../exercises/wrong"]
mod wrong {
    pub mod download_buffers_the_header;
    pub mod download_checks_no_size;
    pub mod download_makes_room_first;
    pub mod download_one_read_for_the_header;
    pub mod download_renames_first;
    pub mod download_spins;
    pub mod download_trusts_the_name;
    pub mod download_under_its_name;
    pub mod download_whole_in_memory;
    pub mod one_pass_ends_where_the_file_ends;
    pub mod one_pass_hashes_the_whole_buffer;
    pub mod one_pass_ignores_the_trailer;
    pub mod one_pass_needs_no_trailer;
    pub mod one_pass_reads_it_all_first;
    pub mod one_pass_reads_too_much;
    pub mod one_pass_sends_what_has_grown;
    pub mod one_pass_writes_a_part;
    pub mod speak_it_believes_the_length;
    pub mod speak_it_closes_after_an_error;
    pub mod speak_it_counts_letters;
    pub mod speak_it_in_turn;
    pub mod speak_it_joins_paths;
    pub mod speak_it_lowest_byte_first;
    pub mod speak_it_one_read_for_each_part;
}

use grade::proof::prove;
use graders::{download, one_pass, speak_it};

use crate::answer;

#[test]
fn the_page_of_the_exercises_and_their_files_agree() {
    let proofs = include_str!("answers.rs");
    testing::check_exercises(env!("CARGO_MANIFEST_DIR"), proofs);
}

#[test]
fn download_is_graded() {
    let solution = solutions::download::download;
    let wrong = grade::wrong![download:
        download_one_read_for_the_header, "one byte at a time" => "less than you asked";
        download_buffers_the_header, "in one write" => "leave the rest for the file";
        download_trusts_the_name, "the name that the server" => "may send any name";
        download_renames_first, "a wrong digest" => "give the file its name only then";
        download_under_its_name, "an earlier file" => "and rename at the end";
        download_checks_no_size, "9 of 10" => "rename when every byte is there";
        download_spins, "the size of a header" => "The client does not end";
        download_makes_room_first, "size of a header" => "It panicked: capacity overflow";
        download_whole_in_memory, "as it comes" => "Write each piece as it comes";
    ];
    prove(&download::steps(), |_, _, _| todo!(), solution, &wrong);
}

#[test]
fn speak_it_is_graded() {
    let solution = solutions::speak_it::speak_it;
    let wrong = grade::wrong![speak_it:
        speak_it_joins_paths, "no name leads" => "Nothing outside the shared folder";
        speak_it_one_read_for_each_part, "one byte at a time" => "less than you asked";
        speak_it_believes_the_length, "over 65536" => "Check the length before you";
        speak_it_lowest_byte_first, "list names" => "lowest byte first";
        speak_it_counts_letters, "list names" => "not of its letters";
        speak_it_closes_after_an_error, "is not there" => "the connection goes on";
        speak_it_in_turn, "that say nothing" => "in a thread of its own";
    ];
    prove(&speak_it::steps(), |_, _| todo!(), solution, &wrong);
}

#[test]
fn one_pass_is_graded() {
    let unsolved = one_pass::Answer {
        send: |_, _, _, _| todo!(),
        receive: |_, _| todo!(),
        send_file: |_, _, _, _| todo!(),
        receive_file: |_, _| todo!(),
    };
    let wrong = grade::wrong![answer!:
        one_pass_reads_it_all_first, "send holds" => "Send each piece before";
        one_pass_hashes_the_whole_buffer, "send announces" => "not the whole buffer";
        one_pass_writes_a_part, "send announces" => "write_all takes all";
        one_pass_ends_where_the_file_ends, "shorter" => "the file has become shorter";
        one_pass_sends_what_has_grown, "grown" => "The client counts";
        one_pass_ignores_the_trailer, "right" => "that of another file";
        one_pass_needs_no_trailer, "right" => "without a trailer";
        one_pass_reads_too_much, "reads no more" => "It reads too much";
    ];
    let solution = answer!(solutions::one_pass);
    prove(&one_pass::steps(), unsolved, solution, &wrong);
}

#[test]
fn what_one_pass_gains_can_be_measured() {
    graders::gain::measure(&answer!(solutions::one_pass), 4 << 20);
}
