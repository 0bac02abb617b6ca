//! For tests alone: runs a lesson's program, compares the pages with it, with the sources
//! and with each other, speaks frames byte by byte, and plays the other end.
//!
//! What fails here panics, as a test does.
//!
//! What a page can ask for, and the module that says how:
//!
//! | on the page | compared with | |
//! |---|---|---|
//! | ` ```console ` | what the command prints; a line `...` is a gap | [`runs`] |
//! | `<!-- picture: FILE` | what the command prints, in colours | [`picture`] |
//! | `<!-- quote: FILE` | the source | [`quotes`] |
//! | links and pictures | files and headings | [`links`] |
//! | code blocks in `*.zh-CN.md` | those of the English page | [`translation`] |
//!
//! `UPDATE_README=1 cargo test --workspace readme` refreshes what can be refreshed, on
//! the pages of every language.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed test panics"
)]

mod collected;
mod command;
pub mod exercises;
pub mod finding;
pub mod frames;
pub mod links;
pub mod page;
pub mod picture;
pub mod program;
pub mod quotes;
pub mod raw;
pub mod refused;
pub mod runs;
#[cfg(target_os = "linux")]
pub mod session;
pub mod shown;
pub mod translation;

pub use program::{
    Finished, PATIENCE, Server, check_help, closed_pipe, full_disk, run,
    run_into,
};
pub use raw::RawServer;
pub use runs::check_pages;
