//! The real client, and in front of it a server of raw bytes that lies: one test
//! for each lie, named after it. Then the real client and the real server.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

#[cfg(target_os = "linux")]
mod bar;
mod connection;
mod ends;
mod frames;
mod hello;
mod honest;
mod lies;
mod listings;
mod prompt;
mod real;
mod streams;

#[allow(dead_code, reason = "the tests need the size of a buffer only")]
#[path = "../../src/digest.rs"]
mod digest;
