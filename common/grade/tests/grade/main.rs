//! What grade promises. Every check is proven: a wrong program for each, small and
//! plausible, fails this check with the message meant for it, and a right program passes
//! all. And the program `grade`: its command line, its reports, and how it treats
//! programs that die, hang, shout and hide.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

mod asserts;
mod exercises;
mod file_clients;
mod file_servers;
mod frame_servers;
mod golden;
mod marks;
mod mistakes;
mod program;
mod proof;
mod strangers;
mod tcp_servers;
mod udp_clients;
mod udp_servers;
