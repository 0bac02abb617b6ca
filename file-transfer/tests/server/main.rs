//! The real server, and raw bytes on a socket: what a client may ask, and every lie that
//! it can tell.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

mod command_line;
mod files;
mod lies;
mod links;
mod names;
mod sendfile;
mod sharing;
mod shortage;
mod sizes;
mod stops;
mod wire;

#[allow(dead_code, reason = "the tests need the size of a buffer only")]
#[path = "../../src/digest.rs"]
mod digest;
