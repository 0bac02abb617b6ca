//! What the lessons share: frames, sockets that show every call, and what every
//! command-line program needs.

pub mod addr;
pub mod args;
pub mod connect;
#[cfg(feature = "relay")]
pub mod ends;
pub mod failure;
pub mod frame;
pub mod in_time;
pub mod input;
pub mod lesson;
#[cfg(feature = "json")]
pub mod message;
pub mod output;
#[cfg(feature = "relay")]
pub mod pieces;
pub mod printable;
pub mod record;
#[cfg(feature = "relay")]
pub mod relay;
pub mod resolve;
pub mod step;
pub mod trace;
pub mod wrap;
