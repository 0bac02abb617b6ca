//! The real server and the real client, each in front of a peer of raw bytes; then both
//! together, and both under the checks of `grade`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test panics")]

mod downloads;
mod messages;
mod programs;

// A test starts when those before it have, in the order of their names: so the longest
// are in these.
#[cfg(target_os = "linux")]
mod abandoned;
mod answers;
mod bad_network;
mod checks;

/// The server: what a client may ask, and every lie that it can tell.
mod server {
    mod files;
    mod lies;
    mod names;
    mod sendfile;
    #[cfg(unix)]
    mod share;
    mod shortage;
    mod stops;
    mod wire;
}

/// The client: what a server may answer, and every lie that it can tell.
mod client {
    #[cfg(target_os = "linux")]
    mod bar;
    mod connection;
    mod ends;
    mod lies;
    mod prompt;
    mod real;
    mod streams;
}

/// What a download leaves on the disk, whatever goes wrong: the earlier file whole, and
/// of the new one nothing, or a beginning that the next get goes on from.
mod disk {
    mod changing;
    mod content;
    mod full;
    mod in_the_way;
    mod meanwhile;
    mod resume;
}

mod fuzz;
mod lesson;
mod made;

#[allow(dead_code, reason = "the tests need the size of a buffer only")]
#[path = "../../src/digest.rs"]
mod digest;
#[path = "../../src/spelling.rs"]
mod spelling;
#[allow(dead_code, unused_imports, reason = "the tests need few of them")]
#[cfg(unix)]
#[path = "../../src/system/unix.rs"]
mod system;
#[allow(dead_code, reason = "the tests need the messages only")]
#[path = "../../src/wire.rs"]
mod wire;
