//! The graders of this lesson's exercises: the steps of each, and what they need.

pub mod delivery;
pub mod lines;
pub mod no_trust;
pub mod whole_messages;
