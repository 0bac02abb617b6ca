//! The checks of a server of lesson 4: its wire, as its page has it.

mod files;
mod lies;
mod names;
mod requests;
pub(crate) mod share;
pub(crate) mod wire;

use crate::check::Check;

const WIRE: &str = "lesson 4, \"The wire\"";
const CUTS: &str = "lesson 3, act \"fixed\": read on until each part is whole";
const WRONG: &str = "lesson 4, \"What can go wrong on a wire\"";
const CLOSE: &str = "lesson 1, step 5 of its tour: an orderly close";
const LEAVES: &str = "lesson 1, step 6 of its tour: an abrupt close";
const THREADS: &str = "lesson 1, one thread for each connection";

/// The first one is also asked whether a server still answers.
pub const CHECKS: &[Check] = &[
    Check::server("list names each file with its size", WIRE, files::listing),
    Check::server(
        "a client that closes ends its own connection only",
        CLOSE,
        lies::closes,
    ),
    Check::server(
        "get brings a header with size and digest, then the bytes of the file",
        WIRE,
        files::file,
    ),
    Check::server("an empty file is a header and no bytes", WIRE, files::empty),
    Check::server("a large file arrives to the byte", WIRE, files::large),
    Check::server(
        "names with spaces and in Chinese are names",
        WIRE,
        files::other_names,
    ),
    Check::server(
        "a file that is not there is an error, and the connection goes on",
        WIRE,
        files::missing,
    ),
    Check::server(
        "get with an offset brings the rest, or says that it starts at 0",
        WIRE,
        files::offset,
    ),
    Check::server(
        "a request that comes one byte at a time is a request",
        CUTS,
        requests::single_bytes,
    ),
    Check::server(
        "a request is read whole, wherever the stream is cut",
        CUTS,
        requests::cuts,
    ),
    Check::server(
        "five requests in one write are five replies in their order",
        CUTS,
        requests::five_at_once,
    ),
    Check::server(
        "the longest frame, of 65536 bytes, is a request like any other",
        WIRE,
        requests::longest,
    ),
    Check::server(
        "JSON with other spaces and another order is the same request",
        WIRE,
        requests::other_json,
    ),
    Check::server(
        "a goodbye between two frames is answered by an end",
        WIRE,
        requests::goodbye,
    ),
    Check::server(
        "clients that say nothing hold up nobody else",
        THREADS,
        requests::idle,
    ),
    Check::server(
        "a length of 0 is refused, and harms nobody else",
        WIRE,
        lies::zero,
    ),
    Check::server("a length over 65536 is refused at once", WIRE, lies::giant),
    Check::server(
        "what is no request is refused, and harms nobody else",
        WRONG,
        lies::no_request,
    ),
    Check::server(
        "a stream that ends inside a frame harms nobody else",
        WRONG,
        lies::cut,
    ),
    Check::server(
        "a client that leaves in the middle of its file ends only its own connection",
        LEAVES,
        lies::leaves,
    ),
    Check::server(
        "no name leads out of the shared folder",
        WRONG,
        names::leads_out,
    ),
    Check::server(
        "a folder is no file, and an empty name is none",
        WRONG,
        names::no_files,
    ),
    Check::server(
        "thirty clients at once get their file",
        THREADS,
        requests::thirty,
    )
    .strict(),
    Check::server(
        "fields that nobody knows are ignored",
        WIRE,
        requests::more_fields,
    )
    .strict(),
    Check::server(
        "a link that leads out of the folder is refused",
        WRONG,
        names::link,
    )
    .strict(),
    Check::server(
        "names that some system takes for something else are refused",
        WRONG,
        names::windows_names,
    )
    .strict(),
    Check::server(
        "an unknown command is answered by an error",
        WRONG,
        lies::in_step,
    )
    .strict(),
    Check::server(
        "the error reaches a client that is still sending",
        WRONG,
        lies::told_why,
    )
    .strict(),
];
