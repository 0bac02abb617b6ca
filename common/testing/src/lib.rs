//! For tests alone: runs a lesson's program, compares the pages with it, with the sources
//! and with each other, speaks frames byte by byte, and plays the other end.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed test panics"
)]

pub mod command;
pub mod excerpt;
pub mod exercises;
pub mod files;
pub mod finding;
pub mod flow;
pub mod frames;
pub mod links;
pub mod minutes;
pub mod page;
pub mod picture;
pub mod program;
pub mod quote;
pub mod raw;
pub mod readme;
pub mod stable;
pub mod terminal;
pub mod translation;

pub use exercises::check_exercises;
pub use program::{
    Finished, PATIENCE, Server, check_help, closed_pipe, full_disk, run,
    run_into,
};
pub use raw::RawServer;
pub use readme::check_readme;
