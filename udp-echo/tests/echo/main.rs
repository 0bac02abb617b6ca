//! Drives the real binary over real sockets.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

mod answers;
mod client;
mod peers;
mod relay;
mod server;
