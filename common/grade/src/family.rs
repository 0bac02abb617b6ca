//! A program and what it has started end together, on every way out: on Linux all of it,
//! on other Unixes its process group, on Windows the program alone.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{self, Child, Command};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use tempfile::TempDir;

#[cfg(unix)]
use {
    crate::processes::tree,
    rustix::process::{
        Pid, Resource, Signal, WaitOptions, getpid, getrlimit, kill_process,
        kill_process_group, setrlimit, waitpid,
    },
    signal_hook::consts::*,
    signal_hook::iterator::Signals,
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
        others.retain(|one| {
            one.pid != own && !(one.is_zombie && one.pid == leader)
        });
        for process in &others {
            let Some(pid) = Pid::from_raw(process.pid as i32) else { continue };
            if process.is_zombie {
                let _not_its_parent = waitpid(Some(pid), WaitOptions::NOHANG);
            } else {
                let _ended_already = kill_process(pid, Signal::KILL);
            }
        }
        if let Some(leader) = Pid::from_raw(leader as i32)
            && leader != getpid()
        {
            let _ended_already = kill_process_group(leader, Signal::KILL);
        }
        // Behind a zombie there may be a child that has not been seen yet.
        if others.is_empty() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
}

/// Windows ends a program alone.
#[cfg(not(unix))]
pub fn end_one(_leader: u32) {}

/// The one place of everything that a grading writes. It is removed on every way out, and
/// where a signal ends this process, too.
pub fn fresh_folder() -> Result<TempDir> {
    #[cfg(unix)]
    let signals = signals().context("nothing ends the program with grade")?;
    let place = std::env::temp_dir();
    let made = tempfile::Builder::new().prefix("grade-").tempdir_in(&place);
    let folder = made.with_context(|| {
        let place = place.display();
        format!(
            "no folder can be made in {place}: TMPDIR says where there is room"
        )
    })?;
    let _only_once = tempfile::env::override_temp_dir(folder.path());
    #[cfg(unix)]
    {
        let folder = folder.path().to_path_buf();
        let wait = move || end_all_on_a_signal(signals, &folder);
        let started = std::thread::Builder::new().spawn(wait);
        started.map_err(|e| common::failure::no_thread(&e))?;
    }
    Ok(folder)
}

/// Removes such a folder. A program may have locked a part of it.
pub fn remove(folder: &Path) {
    if fs::remove_dir_all(folder).is_err() {
        let mut unlock = Command::new("chmod");
        let _ = unlock.args(["-R", "u+rwx"]).arg(folder).output();
        let _ = fs::remove_dir_all(folder);
    }
}

/// From now on these signals wait for somebody. On Linux this process becomes the parent
/// of everything that has lost its own. And a file without end would fill the disk.
#[cfg(unix)]
fn signals() -> io::Result<Signals> {
    #[cfg(target_os = "linux")]
    {
        rustix::process::set_child_subreaper(Some(getpid()))?;
        ADOPTS.store(true, Relaxed);
    }
    let mut size = getrlimit(Resource::Fsize);
    size.current = Some(size.current.map_or(1 << 30, |now| now.min(1 << 30)));
    setrlimit(Resource::Fsize, size)?;
    let all = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXCPU, SIGXFSZ].into_iter();
    #[cfg(target_os = "linux")] // nohup, for a class overnight
    let all = all.filter(|signal| !crate::processes::is_ignored(*signal));
    Signals::new(all)
}

/// Ctrl-C reaches the group of the terminal, and the graded program is in another one:
/// without this it would live on, and keep its port.
#[cfg(unix)]
fn end_all_on_a_signal(mut signals: Signals, folder: &Path) {
    // Of a file that is too long the write tells, too.
    for signal in signals.forever().filter(|signal| *signal != SIGXFSZ) {
        // Kept to the end: nobody else ends a program now, and reports why it died.
        let _kept = end_all();
        remove(folder);
        let _not_possible =
            signal_hook::low_level::emulate_default_handler(signal);
    }
}
