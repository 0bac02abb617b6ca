//! What a download leaves on the disk, whatever goes wrong: the earlier file whole, and
//! of the new one nothing, or a beginning that the next get goes on from.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

mod changing;
mod content;
mod folder;
mod full;
mod memory;
mod resume;

#[allow(dead_code, reason = "the tests need the size of a buffer only")]
#[path = "../../src/digest.rs"]
mod digest;
