//! What the lessons share: frames, sockets that show every call, and what every
//! command-line program needs.

pub mod addr;
pub mod args;
pub mod calls;
pub mod connect;
pub mod ends;
pub mod failure;
pub mod frame;
pub mod input;
pub mod lesson;
#[cfg(feature = "json")]
pub mod message;
pub mod output;
pub mod printable;
mod quirks;
pub mod resolve;
pub mod step;
pub mod trace;
pub mod wrap;
