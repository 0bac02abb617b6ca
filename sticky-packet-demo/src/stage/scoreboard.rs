//! The table of the race: each way to send and to receive, three times.

use std::io;

use anyhow::{Error, Result};
use common::failure::no_socket;
use common::output::print;

use super::screen::{print_text, print_title};
use crate::fixed;
use crate::race::{self, ReceiveFn, SendFn, race};

/// A name, what sends, what receives, and how much slower a message is than usual.
const ROWS: [(&str, SendFn, ReceiveFn, Pace); 5] = [
    ("one read()", race::send, race::receive, Pace::Free),
    ("TCP_NODELAY", race::send_nodelay, race::receive, Pace::Free),
    ("sleep 1 ms", race::send_and_sleep, race::receive, Pace::Sleeps),
    (
        "sleep 1 ms, reader needs 2 ms",
        race::send_and_sleep,
        race::receive_slowly,
        Pace::SleepsLonger,
    ),
    ("prefix, exact reads", fixed::send, fixed::receive, Pace::Free),
];

#[derive(Clone, Copy)]
enum Pace {
    Free,
    Sleeps,
    SleepsLonger,
}

/// The race, with so many messages at most.
pub fn run(messages: usize) -> Result<()> {
    show(|pace| match pace {
        Pace::SleepsLonger => messages.min(400),
        _ => messages,
    })
}

/// The same for the story, where nobody wants to wait.
pub fn run_in_small() -> Result<()> {
    show(|pace| match pace {
        Pace::Free => 2000,
        _ => 100,
    })
}

fn show(messages: impl Fn(Pace) -> usize) -> Result<()> {
    print_title(HEADING)?;
    print_text("", WHAT_IT_IS)?;
    for (name, send, receive, pace) in ROWS {
        let count = messages(pace);
        let mut line = format!("  {name:<30}");
        for _ in 0..3 {
            let intact = race(send, receive, count).map_err(explained)?;
            line += &format!("{intact:>6}");
        }
        print(format!("{line}  of {count}"))?;
    }
    Ok(print_text("", WHAT_TO_MAKE_OF_IT)?)
}

fn explained(e: Error) -> Error {
    match e.downcast::<io::Error>() {
        Ok(e) => no_socket(&e).into(),
        Err(e) => e, // of a thread: it explains itself
    }
}

const HEADING: &str =
    "The race: one read() for each message, and luck (src/race.rs)";

const WHAT_IT_IS: &str = "\
Two threads, one connection, and nothing that keeps them in step. How many \
messages arrived as they were sent, in three runs each:";

const WHAT_TO_MAKE_OF_IT: &str = "\
Run it again: chance decides, except in the last row. TCP_NODELAY helps (in 26 \
of 30 races) and still loses most; a sleep helps while the reader is faster.";
