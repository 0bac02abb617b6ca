//! The checks of the four lessons: they grade programs in any language, and the lessons'
//! own.
//!
//! A check gets an address, a patience and a seed. It cuts the stream, closes, resets,
//! lies and waits, and says what came back, byte by byte.

pub mod address;
pub mod args;
mod assert;
mod bytes;
mod check;
mod clients;
mod command;
mod datagram;
pub mod exercise;
mod finding;
mod frames;
#[cfg(unix)]
pub mod group;
mod lesson;
mod program;
pub mod proof;
pub mod report;
mod runner;
pub mod started;
pub mod subject;
mod talk;
mod tcp_echo;
mod transfer;
mod udp_echo;
mod visit;
mod words;

pub use assert::{
    assert_client, assert_client_passes, assert_passes, assert_server, find,
    serving, serving_udp,
};
pub use check::{Check, Run};
pub use clients::{Client, Finished, Hosting, Task};
pub use command::{Places, Template};
pub use exercise::{Exam, Step};
pub use finding::{Finding, How, Meaning, Problem, Verdict};
pub use lesson::Lesson;
pub use runner::{Report, Tally, run};
pub use transfer::share::Filled;
pub use visit::{Server, Visit};
