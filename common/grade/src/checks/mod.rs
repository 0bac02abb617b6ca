//! What the programs of the four lessons must do: one file for each kind of program.

mod clients;
pub mod file_client;
pub mod file_liars;
pub mod file_requests;
pub mod file_server;
pub mod frames;
mod places;
mod shared;
pub mod tcp_clients;
pub mod tcp_echo;
pub mod udp_client;
pub mod udp_echo;
