//! The tests of the crate that every lesson rests on: `cargo test -p common`.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

mod addr;
mod connect;
mod failure;
mod frame;
mod message;
mod output;
mod questions;
mod streams;
mod time;
mod trace;
