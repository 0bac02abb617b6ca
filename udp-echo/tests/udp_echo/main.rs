//! The real server, client and relay over real sockets, and under the checks of `grade`.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

mod answers;
mod client;
mod lesson;
mod peers;
mod relay;
mod server;
mod waiting;
