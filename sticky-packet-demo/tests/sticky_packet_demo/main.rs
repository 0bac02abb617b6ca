//! The program as a student meets it, and its receivers behind every network.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test panics")]

const BIN: &str = env!("CARGO_BIN_EXE_sticky-packet-demo");

mod answers;
mod commands;
mod cuts;
mod lesson;
#[cfg(target_os = "linux")] // where a test can be the other end of a terminal
mod terminal;
mod through_the_relay;

/// What the tests call without the program: the files that a class reads.
#[path = "../../src/broken.rs"]
mod broken;
#[path = "../../src/fixed.rs"]
mod fixed;
#[path = "../../src/framed.rs"]
mod framed;
#[path = "../../src/half_fixed.rs"]
mod half_fixed;
#[path = "../../src/remedies.rs"]
#[allow(dead_code, reason = "the matrix calls all of it")]
mod remedies;

/// What a successful run prints.
fn output(args: &[&str]) -> String {
    let done = testing::run(BIN, args, b"");
    assert_eq!((done.status, done.stderr.as_str()), (0, ""), "{args:?}");
    done.text()
}
