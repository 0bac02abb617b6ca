//! What the lessons share: frames, the trace that shows every socket call, and the
//! manners of a command-line program.

pub mod cli;
pub mod frame;
#[cfg(feature = "relay")]
pub mod relay;
#[cfg(feature = "relay")]
pub mod ruler;
#[cfg(feature = "testing")]
pub mod testing;
pub mod trace;
