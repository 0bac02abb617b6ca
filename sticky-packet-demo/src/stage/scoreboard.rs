//! The table of the race: each way to send and to receive, three times.

use anyhow::Result;
use common::output::print;

use super::screen::{print_text, print_title};
use crate::fixed;
use crate::race::{self, Method, race};

struct Row {
    name: &'static str,
    method: Method,
    /// How many messages it sends when the race is short.
    short: usize,
    /// How many otherwise.
    count: usize,
}

const COUNT: usize = 2000;

const ONE_READ: Method = Method { send: race::send, receive: race::receive };

const ROWS: [Row; 5] = [
    Row { name: "one read()", method: ONE_READ, short: COUNT, count: COUNT },
    Row {
        name: "TCP_NODELAY",
        method: Method { send: race::send_nodelay, ..ONE_READ },
        short: COUNT,
        count: COUNT,
    },
    Row {
        name: "sleep 1 ms",
        method: Method { send: race::send_and_sleep, ..ONE_READ },
        short: 300,
        count: COUNT,
    },
    Row {
        name: "sleep 1 ms, reader needs 2 ms",
        method: Method {
            send: race::send_and_sleep,
            receive: race::receive_slowly,
        },
        short: 300,
        count: 400,
    },
    Row {
        name: "prefix, exact reads",
        method: Method { send: fixed::send, receive: fixed::receive },
        short: COUNT,
        count: COUNT,
    },
];

/// Runs the race, and shows how many messages arrived intact.
pub fn run(short: bool) -> Result<()> {
    print_title(HEADING)?;
    print_text("", WHAT_IT_IS)?;
    for row in &ROWS {
        let count = if short { row.short } else { row.count };
        let mut line = format!("  {:<30}", row.name);
        for _ in 0..3 {
            let intact = race(row.method, count)?;
            line += &format!("{intact:>6}");
        }
        print(format!("{line}  of {count}"))?;
    }
    Ok(print_text("", WHAT_TO_MAKE_OF_IT)?)
}

const HEADING: &str =
    "The race: one read() for each message, and luck (src/race.rs)";

const WHAT_IT_IS: &str = "\
Two threads, one connection, and nothing that keeps them in step. How many \
messages arrived as they were sent, in three runs each:";

const WHAT_TO_MAKE_OF_IT: &str = "\
Chance decides, except in the last row; run it again. A sleep looks like a \
cure on a quiet machine, as long as the reader is the faster one.";
