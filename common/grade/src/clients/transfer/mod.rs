//! The checks of a client of lesson 4: right servers in odd pieces, and liars.

mod ends;
mod lies;
mod truths;

use crate::check::Check;

const WIRE: &str = "lesson 4, \"The wire\"";
const CUTS: &str = "lesson 3, act \"fixed\": read on until each part is whole";
const WHOLE: &str =
    "lesson 4: a file is called NAME when it is whole and verified";
const WRONG: &str = "lesson 4, \"What can go wrong on a wire\"";

/// From one file that is saved to servers that lie.
pub const CHECKS: &[Check] = &[
    Check::client(
        "a file is saved under the name that was asked for",
        WIRE,
        truths::saves,
    ),
    Check::client("an empty file is saved", WIRE, truths::empty),
    Check::client("a file of 2 MB is saved to the byte", WIRE, truths::large),
    Check::client(
        "a name with a space and Chinese letters is a name",
        WIRE,
        truths::odd_name,
    ),
    Check::client(
        "a reply that comes one byte at a time is the same",
        CUTS,
        truths::single_bytes,
    ),
    Check::client(
        "a header and a file in one write are two things",
        CUTS,
        truths::glued,
    ),
    Check::client(
        "a sha256 in place of the md5 is verified, too",
        WIRE,
        lies::sha256,
    ),
    Check::client("9 of 10 bytes are no file", WHOLE, lies::too_few),
    Check::client("a wrong digest saves nothing", WHOLE, lies::wrong_digest),
    Check::client(
        "a file without a digest is not saved",
        WHOLE,
        lies::no_digest,
    ),
    Check::client(
        "an earlier file stays until the new one is whole",
        WHOLE,
        lies::earlier,
    ),
    Check::client("bytes behind the file are not saved", WIRE, lies::too_many),
    Check::client(
        "the name that the server sends is not used",
        WRONG,
        lies::other_name,
    ),
    Check::client("an error saves nothing, and ends", WIRE, ends::error),
    Check::client(
        "a server that closes without a reply saves nothing",
        WIRE,
        ends::nothing,
    ),
    Check::client("the size of a header is not believed", WRONG, ends::huge),
    Check::client(
        "escape codes of a server reach no terminal",
        WRONG,
        ends::escapes,
    )
    .strict(),
    Check::client(
        "a download that failed has a status that says so",
        WRONG,
        ends::status,
    )
    .strict(),
];
