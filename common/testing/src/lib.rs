//! For tests alone: runs a lesson's program, compares the pages with it, with the sources
//! and with each other, and speaks frames byte by byte.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed test panics"
)]

pub mod command;
pub mod coverage;
pub mod excerpt;
pub mod finding;
pub mod flow;
pub mod frames;
pub mod links;
pub mod minutes;
pub mod page;
pub mod picture;
pub mod program;
pub mod quote;
pub mod readme;
pub mod stable;
pub mod terminal;
pub mod translation;

pub use program::{
    Finished, PATIENCE, Server, check_help, closed_pipe, full_disk, run,
    run_into,
};
pub use readme::check_readme;
