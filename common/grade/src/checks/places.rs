//! Where the lessons explain what several files of checks are about, and what it means
//! that some of them fail.

pub const BYTES: &str = "lesson 1, step 3 of its tour: bytes are bytes";
pub const CLOSE: &str = "lesson 1, step 5 of its tour: an orderly close";
pub const CUTS: &str =
    "lesson 3, \"fixed.rs\": read on until each part is whole";
pub const NOBODY_READS: &str = "lesson 1, \"Break it\", 5: one large piece";
pub const THREADS: &str = "lesson 1, \"Break it\", 1: two clients";
pub const WIRE: &str = "lesson 4, \"The wire\"";
pub const WRONG: &str = "lesson 4, \"What can go wrong on a wire\"";

/// What it means that capitals have changed.
pub const CAPITALS: &str = "A to Z are capitals already, and stay: change the bytes a to \
    z, and no others (in Python upper(), not swapcase()).";

/// What it means that a server was told of bytes, and made text of them.
pub const UPPER: &str = "Change the bytes a to z, and no others: do not decode them (in \
    Python: data.upper() on bytes, not on a str). Of a text, upper() changes ß and é, \
    too.";
pub const NUL: &str = "A byte 0 is a byte like any other, and not the end: use the \
    number of bytes that have been read (in C, not strlen).";
pub const NO_TEXT: &str = "Bytes need not be text: do not decode them in any encoding. \
    Change the bytes a to z, and no others.";

/// What it means that a client left after its answer.
pub const RESET: &str = "One client was answered, and has reset its connection, as a \
    program that crashes does. That error (in Python ConnectionResetError, in Node an \
    'error' event) ends that client's loop, and not the server.";

/// What it means that a client left in the middle of its answer.
pub const LEFT: &str = "A client left while the server was still writing to it. A write \
    can fail as a read can (in Python BrokenPipeError and ConnectionResetError; in C \
    ignore SIGPIPE): it ends that client's loop, and not the server.";

/// What it means that not all of a file has come, or other bytes.
pub const TO_ITS_END: &str = "Send the file to its end before the next reply, from \
    byte 0 or the header's offset on, with its bytes as they are (in Python: open it \
    with \"rb\", and sendall, not send).";

/// What it means that not all of a datagram has come.
pub const ROOM: &str = "A datagram that does not fit into the buffer of recvfrom fails \
    on some systems; on the others its end is cut off, and lost. Give recvfrom room for \
    the longest, 65535 bytes.";

/// What a read means that returned less than it was asked for.
pub const READ_ON: &str = "A read returns what has come, which can be less than you \
    asked for: read on until each part is whole (in Python, recv(4) can return 1 byte).";
