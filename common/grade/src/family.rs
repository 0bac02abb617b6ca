//! Unix: a program and what it has started end together, on every way out.

use std::io;
use std::path::PathBuf;
use std::process::Child;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

/// The programs that run. Each leads a process group of its own.
static RUNNING: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

/// Is everything that has lost its parent a child of this process?
#[cfg(target_os = "linux")]
static ADOPTS: AtomicBool = AtomicBool::new(false);

/// Does a signal end this process?
static ENDS: AtomicBool = AtomicBool::new(false);

/// Waits for the end, where a signal has come that ends this process.
pub fn wait_if_ending() {
    if ENDS.load(Ordering::Relaxed) {
        thread::sleep(std::time::Duration::from_secs(10));
    }
}

/// Remembers a program that has been started.
pub fn started(child: &Child) {
    if let Ok(mut running) = RUNNING.lock() {
        running.push(Pid::from_child(child));
    }
}

/// Ends a program, as far as it has not ended, and all that it has started.
pub fn end(child: &Child) {
    let leader = Pid::from_child(child);
    if let Ok(mut running) = RUNNING.lock()
        && let Some(place) = running.iter().position(|other| *other == leader)
    {
        running.swap_remove(place);
        end_one(leader);
    }
}

/// Ends the program that this process leads.
pub fn end_one(leader: Pid) {
    #[cfg(target_os = "linux")]
    end_below(leader);
    let _ended_already = kill_process_group(leader, Signal::KILL);
}

/// Where this process adopts, the program's children are found wherever they have gone.
/// Elsewhere only those whose parent still runs, and the group.
#[cfg(target_os = "linux")]
fn end_below(leader: Pid) {
    use crate::processes::below;
    use rustix::process::{WaitOptions, getpid, kill_process, waitpid};

    let adopts = ADOPTS.load(Ordering::Relaxed);
    let own = getpid().as_raw_nonzero().get();
    let leader = leader.as_raw_nonzero().get();
    for _ in 0..200 {
        let all = below(if adopts { own } else { leader });
        let others = all.iter().filter(|process| process.pid != leader);
        let mut alive = false;
        for process in others {
            let Some(pid) = Pid::from_raw(process.pid) else { continue };
            if !process.is_zombie {
                alive = true;
                let _ended_already = kill_process(pid, Signal::KILL);
            } else if process.parent == own {
                let _gone = waitpid(Some(pid), WaitOptions::NOHANG);
            }
        }
        if !alive {
            return;
        }
        if let Some(pid) = Pid::from_raw(leader).filter(|_| leader != own) {
            let _ended_already = kill_process(pid, Signal::KILL);
        }
        thread::sleep(std::time::Duration::from_millis(2));
    }
}

/// Ends everything that runs.
pub fn end_all() {
    if let Ok(mut running) = RUNNING.lock() {
        running.drain(..).for_each(end_one);
    }
    end_orphans();
}

/// Ends what a grading that is over has left behind, where this process adopts it.
pub fn end_orphans() {
    #[cfg(target_os = "linux")]
    if ADOPTS.load(Ordering::Relaxed) {
        end_below(rustix::process::getpid());
    }
}

/// Ctrl-C reaches the group of the terminal, and the graded program is in another one:
/// without this it would live on, and keep its port. The folder goes, too. On Linux this
/// process becomes the parent of everything that has lost its own.
pub fn end_all_on_a_signal(folder: PathBuf) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        let own = rustix::process::getpid();
        rustix::process::set_child_subreaper(Some(own))?;
        ADOPTS.store(true, Ordering::Relaxed);
    }
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGQUIT])?;
    let wait = move || {
        for signal in signals.forever() {
            ENDS.store(true, Ordering::Relaxed);
            end_all();
            let _ = std::fs::remove_dir_all(&folder);
            let _not_possible = emulate_default_handler(signal);
        }
    };
    thread::Builder::new().spawn(wait)?;
    Ok(())
}
