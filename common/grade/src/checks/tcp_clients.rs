//! The checks of a server of lesson 1, with clients that leave, stay, or are many.

use super::clients::{crowd, half_way, never_reads, next, resets};
use super::places::{LEFT, THREADS};
use super::tcp_echo::line;
use crate::check::{Check, server};

/// These stand behind those with one client.
#[rustfmt::skip] // a check reads as a paragraph
pub const CHECKS: &[Check] = &[
    server("reset", "a client that resets ends its own connection only",
        |server| resets(server, line))
        .see("lesson 1, step 6 of its tour: an abrupt close").after(&["close"]),
    server("leaves",
        "a client that leaves in the middle of its answer ends only its own connection",
        |server| {
        // More than the systems' buffers hold, so the server is still writing.
        let bytes = server.letters(16 << 20);
        let mut probe = server.connect()?;
        probe.fill(&bytes);
        probe.reset();
        next(server, line, LEFT)
    }).see("lesson 1, step 6 of its tour: the client leaves without its reply")
        .after(&["close", "reset"]),
    server("second-client", "a second client is answered while the first is silent",
        |server| {
        let _silent = server.connect()?;
        next(server, line, "The first client is connected and says nothing; the second \
            one sent a line. The server serves one after the other: serve each \
            connection in a thread of its own.")
    }).see(THREADS).points(3),
    server("half-way",
        "two clients that are both in the middle of a line get their own bytes",
        |server| half_way(server, [line; 2], 4))
        .see(THREADS).after(&["second-client", "two-lines"]),
    server("hundred-clients",
        "a hundred clients at once are answered, the last one first",
        |server| crowd(server, line, 100)).see(THREADS).after(&["half-way"]),
    server("never-reads", "a client that sends and never reads holds up nobody else",
        |server| {
        let bytes = server.letters(16 << 20);
        never_reads(server, line, &bytes)
    }).see(THREADS).after(&["second-client"]).strict(),
];
