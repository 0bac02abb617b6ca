//! The checks of a server of lesson 1, from the first line to a hundred clients.

mod clients;
mod stream;

use crate::check::Check;

/// The first one is also asked whether a server still answers, and the next two tell
/// whether the others make sense: so they stand first.
pub const CHECKS: &[Check] = &[
    Check::server(
        "a line comes back in upper case",
        "lesson 1, step 2 of its tour: a message, and its echo in upper case",
        stream::line,
    ),
    Check::server(
        "a client that closes ends its own connection only",
        "lesson 1, step 5 of its tour: an orderly close",
        clients::closes,
    ),
    Check::server(
        "two lines, one after the other, are both answered",
        "lesson 1, the loop inside the loop: one turn for each piece",
        stream::two_lines,
    ),
    Check::server(
        "an empty line is one byte, and comes back",
        "lesson 1, step 3 of its tour: an empty line is one byte long",
        stream::empty_line,
    ),
    Check::server(
        "bytes that are no text come back, with only a to z changed",
        "lesson 1, step 3 of its tour: bytes are bytes",
        stream::no_text,
    ),
    Check::server(
        "an answer does not wait for a newline",
        "lesson 1, step 4 of its tour: a stream of bytes, not of messages",
        stream::no_newline,
    ),
    Check::server(
        "a line that comes one byte at a time comes back whole",
        "lesson 1, step 4 of its tour: a stream of bytes, not of messages",
        stream::one_at_a_time,
    ),
    Check::server(
        "many lines in one write all come back",
        "lesson 1, step 4 of its tour: a stream of bytes, not of messages",
        stream::many_lines,
    ),
    Check::server(
        "3000 bytes come back whole, and the next line after them",
        "lesson 1, step 4 of its tour: 3000 bytes through a buffer of 1024",
        stream::three_thousand,
    ),
    Check::server(
        "1 MB comes back while it is still being sent",
        "lesson 1, where it breaks on purpose: both write, and nobody reads",
        stream::one_megabyte,
    ),
    Check::server(
        "a client that has finished sending gets all of its answer, then the end",
        "lesson 1, step 5 of its tour: each end says that it has finished",
        stream::half_close,
    ),
    Check::server(
        "a client that resets ends its own connection only",
        "lesson 1, step 6 of its tour: an abrupt close",
        clients::resets,
    ),
    Check::server(
        "a client that leaves in the middle of its answer ends only its own connection",
        "lesson 1, step 6 of its tour: the client leaves without its reply",
        clients::leaves,
    ),
    Check::server(
        "a second client is answered while the first is silent",
        "lesson 1, one thread for each connection: try two clients",
        clients::two_at_once,
    ),
    Check::server(
        "a hundred clients at once are answered, the last one first",
        "lesson 1, one thread for each connection: try two clients",
        clients::hundred,
    ),
    Check::server(
        "a client that sends and never reads holds up nobody else",
        "lesson 1, one thread for each connection: try two clients",
        clients::never_reads,
    )
    .strict(),
];
