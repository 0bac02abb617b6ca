//! The graders of this lesson's exercises: the steps of each, and what they need.

pub mod ask_again;
pub mod deliver;
pub mod network;
pub mod pay_once;
pub mod socket;
