//! The checks of the four lessons: they grade programs in any language, and the lessons'
//! own.
//!
//! A check gets a server or a client, a patience and a seed. It cuts the stream, closes,
//! resets, lies and waits, and says what came back, byte by byte.

mod args;
mod bytes;
mod check;
mod checks;
mod client;
mod command;
mod each;
pub mod exercise;
mod fake_file_server;
mod fake_udp_server;
mod family;
mod finding;
mod grading;
mod hosted;
mod lesson;
mod listening;
mod overheard;
mod processes;
mod program;
pub mod proof;
mod report;
mod runner;
mod running;
mod server;
mod share;
mod still;
mod subject;
mod tcp_answer;
mod tcp_probe;
mod udp_probe;
mod wire;
mod words;

pub use check::{Check, Run};
pub use client::Client;
pub use command::{Task, Template};
pub use exercise::{Exam, Step, assert_passes};
pub use fake_udp_server::FakeUdpServer;
pub use finding::{Finding, How, Meaning, Problem, Verdict};
pub use grading::main;
pub use lesson::Lesson;
pub use overheard::Overheard;
pub use server::Server;
pub use share::SharedFolder;
