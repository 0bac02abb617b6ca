//! The real server and the real client, each in front of a peer of raw bytes; then both
//! together, and both under the checks of `grade`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test panics")]

mod files;
mod messages;
mod programs;

/// The server: what a client may ask, and every lie that it can tell.
mod server {
    mod command_line;
    mod files;
    mod lies;
    mod links;
    mod names;
    mod sendfile;
    mod shortage;
    mod stops;
    mod wire;
}

/// The client: what a server may answer, and every lie that it can tell.
mod client {
    mod ahead;
    #[cfg(target_os = "linux")]
    mod bar;
    mod connection;
    mod ends;
    mod failing;
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
    mod folder;
    mod full;
    mod memory;
    mod once_more;
    mod resume;
}

mod answers;
#[cfg(target_os = "linux")]
mod faults;
mod fuzz;
mod graded;
mod lesson;
mod soak;

#[allow(dead_code, reason = "the tests need the size of a buffer only")]
#[path = "../../src/digest.rs"]
mod digest;
#[allow(dead_code, unused_imports, reason = "the tests need few of them")]
#[cfg(target_os = "linux")]
#[path = "../../src/system/unix.rs"]
mod system;
#[allow(dead_code, reason = "the tests need the messages only")]
#[path = "../../src/wire.rs"]
mod wire;
