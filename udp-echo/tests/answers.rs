//! The graders of the exercises are proven: what nobody has solved fails, the solutions
//! pass, and each of the wrong answers fails with the message that is meant for it.
#![allow(clippy::todo, reason = "an exercise that nobody has solved")]

#[path = "exercises/mod.rs"]
mod graders;
#[path = "../exercises/solutions"]
mod solutions {
    pub mod ask_again;
    pub mod deliver;
    pub mod pay_once;
}

use grade::exercise::{assert_solved, assert_unsolved, assert_wrong};
use graders::{ask_again, deliver, pay_once};

#[test]
fn the_page_of_the_exercises_and_their_files_agree() {
    testing::check_exercises(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn ask_again_unsolved() {
    assert_unsolved(&ask_again::steps(), |_, _, _, _| todo!());
}

#[test]
fn ask_again_solved() {
    assert_solved(&ask_again::steps(), solutions::ask_again::ask_again);
}

#[path = "../exercises/wrong/ask_again_1024_bytes.rs"]
mod ask_again_1024_bytes;
#[path = "../exercises/wrong/ask_again_anybody.rs"]
mod ask_again_anybody;
#[path = "../exercises/wrong/ask_again_no_deadline.rs"]
mod ask_again_no_deadline;
#[path = "../exercises/wrong/ask_again_no_error.rs"]
mod ask_again_no_error;
#[path = "../exercises/wrong/ask_again_once_more.rs"]
mod ask_again_once_more;
#[path = "../exercises/wrong/ask_again_one_datagram.rs"]
mod ask_again_one_datagram;
#[path = "../exercises/wrong/ask_again_one_port.rs"]
mod ask_again_one_port;
#[path = "../exercises/wrong/ask_again_upper_case.rs"]
mod ask_again_upper_case;
#[path = "../exercises/wrong/ask_again_without_a_timeout.rs"]
mod ask_again_without_a_timeout;
#[path = "../exercises/wrong/ask_again_without_end.rs"]
mod ask_again_without_end;

#[test]
fn ask_again_wrong() {
    assert_wrong(
        &ask_again::steps(),
        &[
            (
                ask_again_without_a_timeout::ask_again,
                "a question that was lost",
                "and ask again",
            ),
            (
                ask_again_without_end::ask_again,
                "a server that never answers is given up",
                "Give up after a few tries",
            ),
            (
                ask_again_once_more::ask_again,
                "is asked `tries` times",
                "the first one, too",
            ),
            (
                ask_again_no_error::ask_again,
                "is asked `tries` times",
                "no answer is an error",
            ),
            (
                ask_again_anybody::ask_again,
                "the reply of a stranger",
                "from another address",
            ),
            (
                ask_again_one_datagram::ask_again,
                "strangers use up no try",
                "wait on, on the same socket",
            ),
            (
                ask_again_no_deadline::ask_again,
                "a stranger who sends without end",
                "wait only for what is left",
            ),
            (
                ask_again_1024_bytes::ask_again,
                "an answer of 1500 bytes",
                "cut off, and lost",
            ),
            (
                ask_again_upper_case::ask_again,
                "whatever that is",
                "Return what the server has sent",
            ),
            (
                ask_again_one_port::ask_again,
                "an answer that comes twice",
                "was taken for the answer to the second one",
            ),
        ],
    );
}

#[test]
fn pay_once_unsolved() {
    assert_unsolved(&pay_once::steps(), |_, _| todo!());
}

#[test]
fn pay_once_solved() {
    assert_solved(&pay_once::steps(), solutions::pay_once::pay_once);
}

#[path = "../exercises/wrong/pay_once_any_length.rs"]
mod pay_once_any_length;
#[path = "../exercises/wrong/pay_once_ascending.rs"]
mod pay_once_ascending;
#[path = "../exercises/wrong/pay_once_by_amount.rs"]
mod pay_once_by_amount;
#[path = "../exercises/wrong/pay_once_cut.rs"]
mod pay_once_cut;
#[path = "../exercises/wrong/pay_once_each_time.rs"]
mod pay_once_each_time;
#[path = "../exercises/wrong/pay_once_last_only.rs"]
mod pay_once_last_only;
#[path = "../exercises/wrong/pay_once_per_address.rs"]
mod pay_once_per_address;
#[path = "../exercises/wrong/pay_once_silent.rs"]
mod pay_once_silent;
#[path = "../exercises/wrong/pay_once_what_is_left_now.rs"]
mod pay_once_what_is_left_now;

#[test]
fn pay_once_wrong() {
    assert_wrong(
        &pay_once::steps(),
        &[
            (pay_once_each_time::pay_once, "is paid once", "was paid twice"),
            (
                pay_once_silent::pay_once,
                "is answered again",
                "it never learns that it has paid",
            ),
            (
                pay_once_what_is_left_now::pay_once,
                "when others have been paid",
                "got another answer than the request",
            ),
            (
                pay_once_per_address::pay_once,
                "from another port",
                "not by the address",
            ),
            (pay_once_last_only::pay_once, "comes late", "not only the last"),
            (
                pay_once_ascending::pay_once,
                "numbers are random",
                "which, not when",
            ),
            (
                pay_once_by_amount::pay_once,
                "the same amount again",
                "they are two",
            ),
            (
                pay_once_any_length::pay_once,
                "what has not 12 bytes",
                "Look how many bytes have come",
            ),
            (
                pay_once_cut::pay_once,
                "what has not 12 bytes",
                "A datagram of 13 bytes came before",
            ),
        ],
    );
}

fn ends(
    send: deliver::SendFile,
    receive: deliver::ReceiveFile,
) -> deliver::Deliver {
    deliver::Deliver { send, receive }
}

#[test]
fn deliver_unsolved() {
    assert_unsolved(&deliver::steps(), ends(|_, _, _| todo!(), |_| todo!()));
}

#[test]
fn deliver_solved() {
    assert_solved(
        &deliver::steps(),
        ends(solutions::deliver::send, solutions::deliver::receive),
    );
}

#[path = "../exercises/wrong/deliver_any_acknowledgement.rs"]
mod deliver_any_acknowledgement;
#[path = "../exercises/wrong/deliver_in_order_of_arrival.rs"]
mod deliver_in_order_of_arrival;
#[path = "../exercises/wrong/deliver_leaves_at_once.rs"]
mod deliver_leaves_at_once;
#[path = "../exercises/wrong/deliver_long_datagrams.rs"]
mod deliver_long_datagrams;
#[path = "../exercises/wrong/deliver_no_empty_file.rs"]
mod deliver_no_empty_file;
#[path = "../exercises/wrong/deliver_waits_without_end.rs"]
mod deliver_waits_without_end;
#[path = "../exercises/wrong/deliver_without_acknowledgements.rs"]
mod deliver_without_acknowledgements;
#[path = "../exercises/wrong/deliver_without_end.rs"]
mod deliver_without_end;
#[path = "../exercises/wrong/deliver_without_numbers.rs"]
mod deliver_without_numbers;

#[test]
fn deliver_wrong() {
    assert_wrong(
        &deliver::steps(),
        &[
            (
                ends(
                    deliver_without_acknowledgements::send,
                    deliver_without_acknowledgements::receive,
                ),
                "a datagram that is lost",
                "sends again what is not acknowledged",
            ),
            (
                ends(
                    deliver_without_numbers::send,
                    deliver_without_numbers::receive,
                ),
                "an acknowledgement that is lost",
                "knows them by their numbers",
            ),
            (
                ends(
                    deliver_any_acknowledgement::send,
                    deliver_any_acknowledgement::receive,
                ),
                "an acknowledgement that comes twice",
                "is old, and means nothing",
            ),
            (
                ends(
                    deliver_in_order_of_arrival::send,
                    deliver_in_order_of_arrival::receive,
                ),
                "datagrams that overtake",
                "says where its bytes belong",
            ),
            (
                ends(
                    deliver_leaves_at_once::send,
                    deliver_leaves_at_once::receive,
                ),
                "an acknowledgement that is lost",
                "and the receiver had left",
            ),
            (
                ends(deliver_without_end::send, deliver_without_end::receive),
                "a sender that nobody answers",
                "give up after 3 seconds",
            ),
            (
                ends(
                    deliver_waits_without_end::send,
                    deliver_waits_without_end::receive,
                ),
                "a receiver whose sender has gone",
                "give up when nothing has come",
            ),
            (
                ends(
                    deliver_long_datagrams::send,
                    deliver_long_datagrams::receive,
                ),
                "over a good network",
                "more than 1400 bytes",
            ),
            (
                ends(
                    deliver_no_empty_file::send,
                    deliver_no_empty_file::receive,
                ),
                "an empty file",
                "send its end",
            ),
        ],
    );
}

/// Where both ends are in one program, the file could go another way.
#[test]
fn deliver_past_the_network() {
    use std::sync::{LazyLock, Mutex};
    static FILES: LazyLock<Mutex<Vec<Vec<u8>>>> = LazyLock::new(Mutex::default);
    let send: deliver::SendFile = |_, _, file| {
        FILES.lock().unwrap().push(file.to_vec());
        Ok(())
    };
    let receive: deliver::ReceiveFile = |_| {
        loop {
            if let Some(file) = FILES.lock().unwrap().pop() {
                return Ok(file);
            }
        }
    };
    let (step, says) = ("over a good network", "did not come over the network");
    assert_wrong(&deliver::steps(), &[(ends(send, receive), step, says)]);
}
