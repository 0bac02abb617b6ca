//! The graders of the exercises are proven. The files that a student edits are no part of
//! this: a half-typed one breaks no test.
#![allow(clippy::todo, reason = "an exercise that nobody has solved")]

#[path = "../exercises/mod.rs"]
mod graders;
#[path = "../../exercises/solutions"]
mod solutions {
    pub mod ask_again;
    pub mod deliver;
    pub mod pay_once;
}
#[path = "../../exercises/wrong"]
mod wrong {
    pub mod ask_again_1024_bytes;
    pub mod ask_again_anybody;
    pub mod ask_again_no_deadline;
    pub mod ask_again_no_error;
    pub mod ask_again_once_more;
    pub mod ask_again_one_datagram;
    pub mod ask_again_one_port;
    pub mod ask_again_upper_case;
    pub mod ask_again_without_a_timeout;
    pub mod ask_again_without_end;
    pub mod deliver_any_acknowledgement;
    pub mod deliver_in_order_of_arrival;
    pub mod deliver_leaves_at_once;
    pub mod deliver_long_datagrams;
    pub mod deliver_no_empty_file;
    pub mod deliver_past_the_network;
    pub mod deliver_waits_without_end;
    pub mod deliver_without_acknowledgements;
    pub mod deliver_without_end;
    pub mod deliver_without_numbers;
    pub mod pay_once_any_length;
    pub mod pay_once_ascending;
    pub mod pay_once_by_amount;
    pub mod pay_once_cut;
    pub mod pay_once_each_time;
    pub mod pay_once_last_only;
    pub mod pay_once_per_address;
    pub mod pay_once_silent;
    pub mod pay_once_what_is_left_now;
}

use grade::proof::prove;
use graders::deliver::Deliver;
use graders::{ask_again, deliver, pay_once};

/// Both ends in this module.
macro_rules! both_ends {
    ($($module:ident)::+) => {
        Deliver { send: $($module)::+::send, receive: $($module)::+::receive }
    };
}

#[test]
fn the_page_of_the_exercises_and_their_files_agree() {
    let proofs = include_str!("answers.rs");
    testing::check_exercises(env!("CARGO_MANIFEST_DIR"), proofs);
}

#[test]
fn ask_again_is_graded() {
    let solution = solutions::ask_again::ask_again;
    let wrong = grade::wrong![ask_again:
        ask_again_without_a_timeout, "a question that was lost" => "and ask again";
        ask_again_without_end, "never answers is given up" => "Give up after a few tries";
        ask_again_once_more, "is asked `tries` times" => "the first one, too";
        ask_again_no_error, "is asked `tries` times" => "no answer is an error";
        ask_again_anybody, "the reply of a stranger" => "from another address";
        ask_again_one_datagram, "strangers use up" => "wait on, on the same socket";
        ask_again_no_deadline, "without end" => "wait only for what is left";
        ask_again_1024_bytes, "an answer of 1500 bytes" => "cut off, and lost";
        ask_again_upper_case, "whatever that is" => "Return what the server has sent";
        ask_again_one_port, "comes twice" => "was taken for the answer to the second one";
    ];
    prove(&ask_again::steps(), |_, _, _, _| todo!(), solution, &wrong);
}

#[test]
fn pay_once_is_graded() {
    let solution = solutions::pay_once::pay_once;
    let wrong = grade::wrong![pay_once:
        pay_once_each_time, "is paid once" => "was paid twice";
        pay_once_silent, "is answered again" => "it never learns that it has paid";
        pay_once_what_is_left_now, "others have been paid" => "another answer than the";
        pay_once_per_address, "from another port" => "not by the address";
        pay_once_last_only, "comes late" => "not only the last";
        pay_once_ascending, "numbers are random" => "which, not when";
        pay_once_by_amount, "the same amount again" => "they are two";
        pay_once_any_length, "not 12 bytes" => "Look how many bytes have come";
        pay_once_cut, "not 12 bytes" => "A datagram of 13 bytes came before";
    ];
    prove(&pay_once::steps(), |_, _| todo!(), solution, &wrong);
}

#[test]
fn deliver_is_graded() {
    let unsolved = Deliver { send: |_, _, _| todo!(), receive: |_| todo!() };
    let solution = both_ends!(solutions::deliver);
    let wrong = grade::wrong![both_ends!:
        deliver_without_acknowledgements, "a datagram that is lost" => "sends again what";
        deliver_without_numbers, "an acknowledgement that is lost" => "by their numbers";
        deliver_any_acknowledgement, "acknowledgement that comes twice" => "is old, and";
        deliver_in_order_of_arrival, "overtake" => "says where its bytes belong";
        deliver_leaves_at_once, "an acknowledgement that is lost" => "receiver had left";
        deliver_without_end, "a sender that nobody answers" => "give up after 3 seconds";
        deliver_waits_without_end, "whose sender has gone" => "give up when nothing";
        deliver_long_datagrams, "over a good network" => "more than 1400 bytes";
        deliver_no_empty_file, "an empty file" => "send its end";
        deliver_past_the_network, "a good network" => "did not come over the network";
    ];
    prove(&deliver::steps(), unsolved, solution, &wrong);
}
