//! For tests alone: runs a lesson's program, compares its README with it, speaks frames
//! byte by byte, and plays the other end.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed test panics"
)]

pub mod files;
pub mod frames;
pub mod program;
pub mod raw;
pub mod readme;

pub use program::{
    Finished, PATIENCE, Server, check_help, closed_pipe, full_disk, run,
    run_into,
};
pub use raw::RawServer;
pub use readme::check_readme;
