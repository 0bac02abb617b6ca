//! Where the lessons explain what several files of checks are about, and what it means.

pub const BYTES: &str = "lesson 1, step 3 of its tour: bytes are bytes";
pub const CLOSE: &str = "lesson 1, step 5 of its tour: an orderly close";
pub const CUTS: &str =
    "lesson 3, \"fixed.rs\": read on until each part is whole";
pub const NOBODY_READS: &str = "lesson 1, \"Break it\", 5: one large piece";
pub const THREADS: &str = "lesson 1, \"Break it\", 1: two clients";
pub const WIRE: &str = "lesson 4, \"The wire\"";
pub const WRONG: &str = "lesson 4, \"What can go wrong on a wire\"";

/// What it means that not all of a datagram has come.
pub const ROOM: &str = "A datagram that does not fit into the buffer of recvfrom fails \
                        on some systems; on the others its end is cut off, and lost. \
                        Give recvfrom room for the longest, 65535 bytes.";

/// What a read means that returned less than it was asked for.
pub const READ_ON: &str = "A read returns what has come so far, which can be less than \
                           you asked for: read on until each part is whole (in Python, \
                           recv(4) can return 1 byte).";
