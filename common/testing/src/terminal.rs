//! What a terminal would show of a program: both of its streams in order, and the
//! colours.

use std::io::{self, Read};
use std::process::Command;
use std::thread;

use crate::program::finish;

/// Runs a program to its end with these bytes on its stdin.
pub fn show(mut command: Command, stdin: &[u8]) -> String {
    let (mut reader, writer) = io::pipe().unwrap();
    command.env("CLICOLOR_FORCE", "1").env_remove("NO_COLOR");
    command.stdout(writer.try_clone().unwrap()).stderr(writer);
    let shown = thread::spawn(move || {
        let mut shown = Vec::new();
        reader.read_to_end(&mut shown).map(|_| shown)
    });
    finish(command, stdin);
    let shown = shown.join().unwrap().unwrap();
    String::from_utf8_lossy(&shown).into_owned()
}

/// A line without its colours.
pub fn plain(line: &str) -> String {
    anstream::adapter::strip_str(line).to_string()
}
