//! The table of the race: each way to send and to receive, three times.

use std::io;

use anyhow::{Error, Result};
use common::failure::no_socket;
use common::output::print;
use common::step::wait;

use super::screen::{print_text, print_title};
use crate::fixed;
use crate::race::{self, ReceiveFn, SendFn, race};

/// How many messages a row has at most: in the race, and in the story, where nobody wants
/// to wait.
type Most = [u64; 2];
const FAST: Most = [u64::MAX, 2000];
const SLEEPS: Most = [u64::MAX, 100];
const SLEEPS_LONGER: Most = [400, 100];

const ROWS: [(&str, SendFn, ReceiveFn, Most); 5] = [
    ("one read()", race::send, race::receive, FAST),
    ("TCP_NODELAY", race::send_nodelay, race::receive, FAST),
    ("sleep 1 ms", race::send_and_sleep, race::receive, SLEEPS),
    (
        "sleep 1 ms, reader needs 2 ms",
        race::send_and_sleep,
        race::receive_slowly,
        SLEEPS_LONGER,
    ),
    ("prefix, exact reads", fixed::send, fixed::receive, FAST),
];

/// Runs the race, and shows how many of so many messages arrived intact; `None`: as many
/// as the story has.
pub fn run(messages: Option<u64>) -> Result<()> {
    print_title(HEADING)?;
    print_text("", WHAT_IT_IS)?;
    for (name, send, receive, [in_race, in_story]) in ROWS {
        let count = messages.map_or(in_story, |count| count.min(in_race));
        wait(&format!("  {name}"))?;
        let mut line = format!("  {name:<30}");
        for _ in 0..3 {
            let intact =
                race(send, receive, count as usize).map_err(explained)?;
            line += &format!("{intact:>6}");
        }
        print(format!("{line}  of {count}"))?;
    }
    Ok(print_text("", WHAT_TO_MAKE_OF_IT)?)
}

fn explained(e: Error) -> Error {
    match e.downcast::<io::Error>() {
        Ok(e) => no_socket(e).into(),
        Err(e) => e, // of a thread: it explains itself
    }
}

const HEADING: &str =
    "The race: one read() for each message, and luck (src/race.rs)";

const WHAT_IT_IS: &str = "\
Two threads, one connection, and nothing that keeps them in step. How many \
messages arrived as they were sent, in three runs each:";

const WHAT_TO_MAKE_OF_IT: &str = "\
Run it again: chance decides, except in the last row. TCP_NODELAY helps (26 of \
30 races), but many come joined; a sleep helps while the reader is faster.";
