//! A program and what it has started end together, on every way out: on Linux all of it,
//! on other Unixes its process group, on Windows the program alone.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::process::{self, Child, Command};
use std::sync::{Mutex, MutexGuard, PoisonError};

#[cfg(unix)]
use {
    crate::processes::tree,
    rustix::process::{
        Pid, Signal, WaitOptions, kill_process, kill_process_group, waitpid,
    },
    std::sync::atomic::{AtomicBool, Ordering::Relaxed},
};

/// The programs that run. Each leads a process group of its own.
static RUNNING: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

/// Is everything that has lost its parent a child of this process?
#[cfg(unix)]
static ADOPTS: AtomicBool = AtomicBool::new(false);

fn running() -> MutexGuard<'static, BTreeSet<u32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts a program.
pub fn start(command: &mut Command) -> io::Result<Child> {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    // No signal ends all between the two. (Windows has none, and starts one slowly.)
    #[cfg(unix)]
    let mut running = running();
    let child = command.spawn()?;
    #[cfg(not(unix))]
    let mut running = running();
    running.insert(child.id());
    Ok(child)
}

/// Ends a program, as far as it has not ended, and all that it has started.
pub fn end(leader: u32) {
    let mut running = running();
    if running.remove(&leader) {
        end_one(leader);
    }
}

/// Ends everything that runs, and what a grading that is over has left behind. Until the
/// result is dropped nothing else is started, or ended.
pub fn end_all() -> impl Sized {
    let mut running = running();
    running.insert(process::id());
    while let Some(leader) = running.pop_first() {
        end_one(leader);
    }
    running
}

/// Ends what this process leads. Where this one here adopts, that is found wherever it
/// has gone; elsewhere only what has a parent still, and the group.
#[cfg(unix)]
pub fn end_one(leader: u32) {
    let own = process::id();
    let root = if ADOPTS.load(Relaxed) { own } else { leader };
    for _ in 0..200 {
        let mut others = tree(root);
        others.retain(|process| ![own, leader].contains(&process.pid));
        for process in &others {
            let Some(pid) = Pid::from_raw(process.pid as i32) else { continue };
            if process.is_zombie {
                let _not_its_parent = waitpid(Some(pid), WaitOptions::NOHANG);
            } else {
                let _ended_already = kill_process(pid, Signal::KILL);
            }
        }
        if let Some(leader) = Pid::from_raw(leader as i32)
            && leader != rustix::process::getpid()
        {
            let _ended_already = kill_process_group(leader, Signal::KILL);
        }
        if others.iter().all(|process| process.is_zombie) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
}

/// Windows ends a program alone.
#[cfg(not(unix))]
pub fn end_one(_leader: u32) {}

/// Ctrl-C reaches the group of the terminal, and the graded program is in another one:
/// without this it would live on, and keep its port. The folder goes, too. On Linux this
/// process becomes the parent of everything that has lost its own.
#[cfg(unix)]
pub fn end_all_on_a_signal(folder: PathBuf) -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    #[cfg(target_os = "linux")]
    {
        let own = rustix::process::getpid();
        rustix::process::set_child_subreaper(Some(own))?;
        ADOPTS.store(true, Relaxed);
    }
    let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT];
    let mut signals = signal_hook::iterator::Signals::new(signals)?;
    let wait = move || {
        for signal in signals.forever() {
            // Kept to the end: nobody else ends a program now, and reports why it died.
            let _kept = end_all();
            let _ = std::fs::remove_dir_all(&folder);
            let _not_possible =
                signal_hook::low_level::emulate_default_handler(signal);
        }
    };
    std::thread::Builder::new().spawn(wait)?;
    Ok(())
}

/// Windows ends all that belongs to the console.
#[cfg(not(unix))]
pub fn end_all_on_a_signal(_folder: PathBuf) -> io::Result<()> {
    Ok(())
}
