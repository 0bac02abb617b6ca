//! `--step`: a tour stops in front of each answer until Enter is pressed, so that a class
//! can say first what will come.

use std::fmt;
use std::io::{self, BufRead, IsTerminal, Read};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use anstyle::AnsiColor;
use clap::ArgMatches;

use crate::args::is_given;
use crate::output::{StdoutError, log, print, prompt};

/// Does a step wait for Enter?
static WAITS: AtomicBool = AtomicBool::new(false);

/// From here on each step waits, if these arguments say so and somebody is there: without
/// a terminal nobody can press Enter.
pub fn follow(args: &ArgMatches) {
    let is_there = io::stdin().is_terminal() && io::stdout().is_terminal();
    WAITS.store(is_there && is_given(args, "step"), Relaxed);
}

/// Writes the heading of a tour's next step to stdout, after an empty line.
pub fn print_heading(text: impl fmt::Display) -> Result<(), StdoutError> {
    let style = AnsiColor::Cyan.on_default().bold();
    print(format_args!("\n{style}{text}{style:#}"))?;
    wait("")
}

/// Waits for Enter behind this text, with `--step`. At the end of the input (Ctrl-D)
/// nobody wants to see more: an error, which ends the program quietly.
pub fn wait(text: &str) -> Result<(), StdoutError> {
    if !WAITS.load(Relaxed) {
        return Ok(());
    }
    prompt(&format!("{text}  (Enter) "));
    let mut line = Vec::new();
    let read = io::stdin().lock().take(4096).read_until(b'\n', &mut line);
    if read.is_ok() && line.ends_with(b"\n") {
        return Ok(());
    }
    log(""); // the shell's prompt goes on a line of its own
    Err(StdoutError::closed())
}
