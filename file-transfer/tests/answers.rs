//! The graders of the exercises are proven: what nobody has solved fails, the solutions
//! pass, and each of the wrong answers fails with the message that is meant for it.
//!
//! The files that a student edits are not part of this: a half-typed one breaks no test.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test panics")]
#![allow(clippy::todo, reason = "what nobody has solved")]

#[allow(dead_code, reason = "a student's patience is another one")]
#[path = "exercises/mod.rs"]
mod graders;

#[allow(dead_code, reason = "the answers need not use all of it")]
#[path = "../src/digest.rs"]
mod digest;
#[allow(dead_code, reason = "the answers need not use all of it")]
#[path = "../src/wire.rs"]
mod wire;

use std::time::Duration;

use graders::{download, one_pass, speak_it};

/// What passes, or fails at once, gets a long patience; what waits without end, a short
/// one: so a slow machine errs towards rejecting.
const LONG: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(1500);

#[test]
fn the_page_of_the_exercises_and_their_files_agree() {
    testing::check_exercises(env!("CARGO_MANIFEST_DIR"));
}

#[test]
#[should_panic(expected = "download panicked: not yet implemented")]
fn download_unsolved() {
    download::grade(|_, _, _| todo!(), SHORT);
}

#[path = "../exercises/solutions/download.rs"]
mod download_solved;

#[test]
fn download_solved() {
    download::grade(download_solved::download, LONG);
}

#[allow(clippy::unused_io_amount, reason = "the mistake")]
#[path = "../exercises/wrong/download_one_read_for_the_header.rs"]
mod download_one_read_for_the_header;

#[test]
#[should_panic(expected = "which can be less than you asked")]
fn download_one_read_for_the_header() {
    download::check(
        "a reply that comes one byte at a time",
        download_one_read_for_the_header::download,
        LONG,
    );
}

#[path = "../exercises/wrong/download_buffers_the_header.rs"]
mod download_buffers_the_header;

#[test]
#[should_panic(expected = "leave the rest for the file")]
fn download_buffers_the_header() {
    download::check(
        "a header and a file in one write",
        download_buffers_the_header::download,
        SHORT,
    );
}

#[path = "../exercises/wrong/download_trusts_the_name.rs"]
mod download_trusts_the_name;

#[test]
#[should_panic(expected = "A server may send any name")]
fn download_trusts_the_name() {
    download::check(
        "the name that the server sends",
        download_trusts_the_name::download,
        LONG,
    );
}

#[path = "../exercises/wrong/download_renames_first.rs"]
mod download_renames_first;

#[test]
#[should_panic(expected = "give the file its name only then")]
fn download_renames_first() {
    download::check("a wrong digest", download_renames_first::download, LONG);
}

#[path = "../exercises/wrong/download_under_its_name.rs"]
mod download_under_its_name;

#[test]
#[should_panic(expected = "write to another name, and rename at the end")]
fn download_under_its_name() {
    download::check(
        "an earlier file stays",
        download_under_its_name::download,
        LONG,
    );
}

#[path = "../exercises/wrong/download_checks_no_size.rs"]
mod download_checks_no_size;

#[test]
#[should_panic(expected = "rename when every byte is there")]
fn download_checks_no_size() {
    download::check("9 of 10 bytes", download_checks_no_size::download, LONG);
}

#[path = "../exercises/wrong/download_spins.rs"]
mod download_spins;

#[test]
#[should_panic(expected = "The client does not end")]
fn download_spins() {
    download::check("the size of a header", download_spins::download, SHORT);
}

#[path = "../exercises/wrong/download_makes_room_first.rs"]
mod download_makes_room_first;

#[test]
#[should_panic(expected = "download panicked: capacity overflow")]
fn download_makes_room_first() {
    download::check(
        "the size of a header",
        download_makes_room_first::download,
        LONG,
    );
}

#[path = "../exercises/wrong/download_whole_in_memory.rs"]
mod download_whole_in_memory;

#[test]
#[should_panic(expected = "Write each piece as it comes")]
fn download_whole_in_memory() {
    download::writes_as_it_comes(download_whole_in_memory::download, SHORT);
}

#[test]
#[should_panic(expected = "FAIL list names each file")]
fn speak_it_unsolved() {
    speak_it::grade(|_, _| todo!(), SHORT);
}

#[path = "../exercises/solutions/speak_it.rs"]
mod speak_it_solved;

#[test]
fn speak_it_solved() {
    speak_it::grade(speak_it_solved::speak_it, LONG);
}

#[path = "../exercises/wrong/speak_it_joins_paths.rs"]
mod speak_it_joins_paths;

#[test]
#[should_panic(expected = "Nothing outside the shared folder")]
fn speak_it_joins_paths() {
    speak_it::check("no name leads out", speak_it_joins_paths::speak_it, LONG);
}

#[allow(clippy::unused_io_amount, reason = "the mistake")]
#[path = "../exercises/wrong/speak_it_one_read_for_each_part.rs"]
mod speak_it_one_read_for_each_part;

#[test]
#[should_panic(expected = "less than you asked")]
fn speak_it_one_read_for_each_part() {
    speak_it::check(
        "one byte at a time",
        speak_it_one_read_for_each_part::speak_it,
        LONG,
    );
}

#[path = "../exercises/wrong/speak_it_believes_the_length.rs"]
mod speak_it_believes_the_length;

#[test]
#[should_panic(expected = "Check the length before you")]
fn speak_it_believes_the_length() {
    speak_it::check(
        "a length over 65536",
        speak_it_believes_the_length::speak_it,
        SHORT,
    );
}

#[path = "../exercises/wrong/speak_it_lowest_byte_first.rs"]
mod speak_it_lowest_byte_first;

#[test]
#[should_panic(expected = "highest first")]
fn speak_it_lowest_byte_first() {
    speak_it::check(
        "list names each file",
        speak_it_lowest_byte_first::speak_it,
        LONG,
    );
}

#[path = "../exercises/wrong/speak_it_counts_letters.rs"]
mod speak_it_counts_letters;

#[test]
#[should_panic(expected = "not of its letters")]
fn speak_it_counts_letters() {
    speak_it::check(
        "list names each file",
        speak_it_counts_letters::speak_it,
        LONG,
    );
}

#[path = "../exercises/wrong/speak_it_closes_after_an_error.rs"]
mod speak_it_closes_after_an_error;

#[test]
#[should_panic(expected = "the connection goes on")]
fn speak_it_closes_after_an_error() {
    speak_it::check(
        "a file that is not there",
        speak_it_closes_after_an_error::speak_it,
        LONG,
    );
}

#[path = "../exercises/wrong/speak_it_in_turn.rs"]
mod speak_it_in_turn;

#[test]
#[should_panic(expected = "in a thread of its own")]
fn speak_it_in_turn() {
    speak_it::check(
        "clients that say nothing",
        speak_it_in_turn::speak_it,
        SHORT,
    );
}

#[test]
#[should_panic(expected = "not yet implemented")]
fn one_pass_unsolved() {
    one_pass::grade(&graders::one_pass::Answer {
        send: |_, _, _, _| todo!(),
        receive: |_, _| todo!(),
        send_file: |_, _, _, _| todo!(),
        receive_file: |_, _| todo!(),
    });
}

#[path = "../exercises/solutions/one_pass.rs"]
mod one_pass_solved;

#[test]
fn one_pass_solved() {
    one_pass::grade(&answer!(one_pass_solved));
}

#[path = "../exercises/wrong/one_pass_reads_it_all_first.rs"]
mod one_pass_reads_it_all_first;

#[test]
#[should_panic(expected = "Send each piece before")]
fn one_pass_reads_it_all_first() {
    one_pass::grade(&answer!(one_pass_reads_it_all_first));
}

#[path = "../exercises/wrong/one_pass_hashes_the_whole_buffer.rs"]
mod one_pass_hashes_the_whole_buffer;

#[test]
#[should_panic(expected = "not the whole buffer")]
fn one_pass_hashes_the_whole_buffer() {
    one_pass::grade(&answer!(one_pass_hashes_the_whole_buffer));
}

#[allow(clippy::unused_io_amount, reason = "the mistake")]
#[path = "../exercises/wrong/one_pass_writes_a_part.rs"]
mod one_pass_writes_a_part;

#[test]
#[should_panic(expected = "write_all takes all")]
fn one_pass_writes_a_part() {
    one_pass::grade(&answer!(one_pass_writes_a_part));
}

#[path = "../exercises/wrong/one_pass_ends_where_the_file_ends.rs"]
mod one_pass_ends_where_the_file_ends;

#[test]
#[should_panic(expected = "the file has become shorter")]
fn one_pass_ends_where_the_file_ends() {
    one_pass::grade(&answer!(one_pass_ends_where_the_file_ends));
}

#[path = "../exercises/wrong/one_pass_sends_what_has_grown.rs"]
mod one_pass_sends_what_has_grown;

#[test]
#[should_panic(expected = "The client counts")]
fn one_pass_sends_what_has_grown() {
    one_pass::grade(&answer!(one_pass_sends_what_has_grown));
}

#[path = "../exercises/wrong/one_pass_ignores_the_trailer.rs"]
mod one_pass_ignores_the_trailer;

#[test]
#[should_panic(expected = "that of another file")]
fn one_pass_ignores_the_trailer() {
    one_pass::grade(&answer!(one_pass_ignores_the_trailer));
}

#[path = "../exercises/wrong/one_pass_needs_no_trailer.rs"]
mod one_pass_needs_no_trailer;

#[test]
#[should_panic(expected = "without a trailer")]
fn one_pass_needs_no_trailer() {
    one_pass::grade(&answer!(one_pass_needs_no_trailer));
}

#[path = "../exercises/wrong/one_pass_reads_too_much.rs"]
mod one_pass_reads_too_much;

#[test]
#[should_panic(expected = "It reads too much")]
fn one_pass_reads_too_much() {
    one_pass::grade(&answer!(one_pass_reads_too_much));
}

#[test]
fn what_one_pass_gains_can_be_measured() {
    graders::gain::measure(&answer!(one_pass_solved), 4 << 20);
}
