//! Every check is proven: a wrong program for each, small and plausible, fails this
//! check with the message meant for it, and a right program passes all.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]
#![allow(
    clippy::unused_io_amount,
    reason = "the bug that most of them are about"
)]

mod file_transfer;
mod frames;
mod proof;
mod sharing;
mod tcp_echo;
mod transfer_client;
mod udp_client;
mod udp_echo;
