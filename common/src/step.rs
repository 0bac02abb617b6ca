//! `--step`: a tour stops after each step until Enter is pressed, so that a class can say
//! first what will come.

use std::fmt;
use std::io::{self, IsTerminal};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anstyle::AnsiColor;
use clap::ArgMatches;

use crate::args::is_given;
use crate::input::Input;
use crate::output::{StdoutError, log, print, prompt};

/// A word for each Enter, where steps wait for one.
static ENTERS: Mutex<Option<Receiver<()>>> = Mutex::new(None);

/// From here on each step waits, if these arguments say so and somebody is there: without
/// a terminal nobody can press Enter.
pub fn follow(args: &ArgMatches) {
    let is_there = io::stdin().is_terminal() && io::stdout().is_terminal();
    if !is_there || !is_given(args, "step") {
        return;
    }
    let (enter, enters) = mpsc::channel();
    // It reads while the tour works, too: so a step can tell what was typed too early.
    let reading = thread::Builder::new().spawn(move || {
        let mut input = Input::prompting(false);
        while let Ok(Some(_)) = input.line() {
            let _ = enter.send(()); // the program may be at its end
        }
    });
    if reading.is_ok() {
        *ENTERS.lock().unwrap_or_else(PoisonError::into_inner) = Some(enters);
    }
}

/// Writes the heading of a tour's next step to stdout, after an empty line.
pub fn print_heading(text: impl fmt::Display) -> Result<(), StdoutError> {
    let style = AnsiColor::Cyan.on_default().bold();
    print(format_args!("\n{style}{text}{style:#}"))?;
    wait("")
}

/// Waits for Enter behind this text, with `--step`. An Enter before that is no answer. At
/// the end of the input (Ctrl-D) nobody wants to see more: an error, which ends the
/// program quietly.
pub fn wait(text: &str) -> Result<(), StdoutError> {
    let enters = ENTERS.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(enters) = &*enters else { return Ok(()) };
    while enters.try_recv().is_ok() {}
    prompt(&format!("{text}  (Enter) "));
    enters.recv().map_err(|_| {
        log(""); // the shell's prompt goes on a line of its own
        StdoutError::closed()
    })
}
