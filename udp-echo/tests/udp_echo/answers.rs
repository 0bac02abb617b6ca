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
    pub mod ask_again;
    pub mod deliver;
    pub mod pay_once;
}

use grade::proof::prove;
use graders::deliver::Deliver;
use graders::{ask_again, deliver, pay_once};

/// A wrong answer takes what it is given as one thing.
macro_rules! task {
    ($ask:path) => {
        (|server, question, wait, tries| $ask((server, question, wait, tries)))
            as ask_again::AskAgain
    };
}

#[test]
fn ask_again_is_graded() {
    let solution = solutions::ask_again::ask_again;
    let wrong = grade::wrong![task! ask_again:
        without_a_timeout, "a question that was lost" => "and ask again";
        without_end, "gives up when the" => "Give up after a few tries";
        once_more, "is asked `tries` times" => "the first one, too";
        no_error, "is asked `tries` times" => "no answer is an error";
        anybody, "the reply of a stranger" => "from another address";
        one_datagram, "the reply of a stranger" => "wait on, on the same socket";
        no_deadline, "the reply of a stranger" => "wait only for what is left";
        cut_at_1024, "an answer of 1500 bytes" => "cut off, and lost";
        upper_case, "whatever that is" => "Return what the server has sent";
        one_port, "comes twice" => "was taken for the answer to the second";
    ];
    prove(&ask_again::steps(), |_, _, _, _| todo!(), solution, &wrong);
}

#[test]
fn pay_once_is_graded() {
    let solution = solutions::pay_once::pay_once;
    let wrong = grade::wrong![pay_once:
        each_time, "is paid once" => "was paid twice";
        silent, "is answered again" => "it never learns that it has paid";
        what_is_left_now, "others have been paid" => "another answer than the";
        per_address, "from another port" => "not by the address";
        last_only, "comes late" => "not only the last";
        ascending, "numbers are random" => "which, not when";
        by_amount, "the same amount again" => "they are two";
        any_length, "another length" => "Look how many bytes have come";
        cut, "another length" => "A datagram of 13 bytes came before";
    ];
    prove(&pay_once::steps(), |_, _| todo!(), solution, &wrong);
}

#[test]
fn deliver_is_graded() {
    let unsolved = Deliver { send: |_, _, _| todo!(), receive: |_| todo!() };
    let (send, receive) =
        (solutions::deliver::send, solutions::deliver::receive);
    // One wrong end, and the other one of the solution.
    let sender = |send| Deliver { send, receive };
    let receiver = |receive| Deliver { send, receive };
    use wrong::deliver::{in_order_of_arrival, put, take, without_answers};
    let both = [
        (
            Deliver { send: put, receive: take },
            "a good network",
            "did not come over the network",
        ),
        (
            Deliver { send: without_answers, receive: in_order_of_arrival },
            "overtake",
            "says where its bytes belong",
        ),
    ];
    let senders = grade::wrong![sender deliver:
        without_answers, "a datagram that is lost" => "sends again what";
        any_answer, "acknowledgement that comes twice" => "is old, and";
        without_end, "a sender that nobody answers" => "give up after 1 second";
        long_datagrams, "over a good network" => "more than 1400 bytes";
        no_empty_file, "an empty file" => "send its end";
    ];
    let receivers = grade::wrong![receiver deliver:
        without_numbers, "an acknowledgement that is lost" => "by their numbers";
        leaves_at_once, "an acknowledgement that is lost" => "receiver had left";
        waits_without_end, "whose sender has gone" => "give up when nothing";
    ];
    let wrong = [&both[..], &senders, &receivers].concat();
    prove(&deliver::steps(), unsolved, sender(send), &wrong);
}
