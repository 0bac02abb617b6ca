//! The real server and the real client over real sockets, at a terminal, and under the
//! checks of `grade`.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

mod answers;
mod client;
#[cfg(target_os = "linux")] // where the system tells, in /proc
mod idle;
mod lesson;
mod server;
#[cfg(target_os = "linux")] // where a test can be the other end of a terminal
mod terminal;

const BIN: &str = env!("CARGO_BIN_EXE_tcp-echo");
