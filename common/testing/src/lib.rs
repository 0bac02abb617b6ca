//! For tests alone: runs a lesson's program, compares the pages with it, with the sources
//! and with each other, speaks frames byte by byte, and plays the other end.
//!
//! What a page can ask for, and the module that says how:
//!
//! | on the page | compared with | |
//! |---|---|---|
//! | ` ```console ` | what the command prints; a line `...` is a gap | [`readme`] |
//! | `<!-- picture: FILE` | what the command prints, in colours | [`picture`] |
//! | `<!-- drawn: FILE by TEST -->` | what that test draws | [`picture`] |
//! | `<!-- quote: FILE` | the source | [`quote`] |
//! | links and pictures | files and headings | [`links`] |
//! | `<!-- of: NUMBER -->` in `*.zh-CN.md` | the English section | [`translation`] |
//! | `(5 min)` in a lesson or a plan | the sum that the page states | [`minutes`] |
//!
//! `UPDATE_README=1 cargo test --workspace readme` refreshes what can be refreshed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed test panics"
)]

pub mod command;
pub mod coverage;
pub mod excerpt;
pub mod exercises;
pub mod files;
pub mod finding;
pub mod flow;
pub mod frames;
pub mod lifelines;
pub mod links;
pub mod minutes;
pub mod page;
pub mod picture;
pub mod program;
pub mod quote;
pub mod raw;
pub mod readme;
pub mod refused;
#[cfg(target_os = "linux")]
pub mod session;
pub mod stable;
pub mod svg;
pub mod terminal;
pub mod transcript;
pub mod translation;

pub use exercises::check_exercises;
pub use program::{
    Finished, PATIENCE, Server, check_help, closed_pipe, full_disk, run,
    run_into,
};
pub use raw::RawServer;
pub use readme::check_readme;
