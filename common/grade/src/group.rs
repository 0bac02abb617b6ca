//! Unix: a program and what it has started are one process group, and end together.

use std::io;
use std::process::Child;
use std::sync::Mutex;
use std::thread;

use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

/// The groups that run.
static RUNNING: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

/// Remembers a program that leads a group of its own.
pub fn started(child: &Child) {
    if let Ok(mut running) = RUNNING.lock() {
        running.push(Pid::from_child(child));
    }
}

/// Ends a program and what it has started, as far as it has not ended.
pub fn end(child: &Child) {
    let group = Pid::from_child(child);
    if let Ok(mut running) = RUNNING.lock()
        && let Some(place) = running.iter().position(|other| *other == group)
    {
        running.swap_remove(place);
        let _ended_already = kill_process_group(group, Signal::KILL);
    }
}

/// Ctrl-C reaches the group of the terminal, and the graded program is in another
/// one: without this it would live on, and keep its port.
///
/// # Errors
///
/// When the system does not let us.
pub fn end_all_on_a_signal() -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let wait = move || {
        for signal in signals.forever() {
            if let Ok(running) = RUNNING.lock() {
                for group in running.iter() {
                    let _ended_already =
                        kill_process_group(*group, Signal::KILL);
                }
            }
            let _not_possible = emulate_default_handler(signal);
        }
    };
    thread::Builder::new().spawn(wait)?;
    Ok(())
}
