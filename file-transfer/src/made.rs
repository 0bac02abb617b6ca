//! What the program makes for itself alone: removed when it is dropped, and when a signal
//! ends the program (Ctrl-C, SIGTERM; where stdin is a terminal, also that it is closed).

use std::hash::{BuildHasher, RandomState};
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::time::Duration;
use std::{fs, thread};

use signal_hook::consts::TERM_SIGNALS;
use signal_hook::flag;
use signal_hook::low_level::emulate_default_handler;

use crate::system;

static ALL: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn all() -> MutexGuard<'static, Vec<PathBuf>> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The path of a file, or of a folder with all that is in it. To be made when this is
/// here: then no signal comes too early.
pub struct Made(pub PathBuf);

impl Made {
    /// A path in this folder that nobody else has: its name is a random 64-bit number.
    pub fn new(folder: &Path, ending: &str) -> Self {
        static WATCH: Once = Once::new();
        WATCH.call_once(watch);
        let random = RandomState::new().hash_one(ending);
        let path = folder.join(format!(".{random:016x}{ending}"));
        all().push(path.clone());
        Self(path)
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        let mut all = all();
        all.retain(|path| *path != self.0);
        remove(&self.0);
    }
}

/// A folder cannot be removed while another thread puts files there. So it is renamed
/// first: then no more files come. It is removed two times, because one file may have
/// been on its way; and so is what has been made again under the old name.
fn remove(path: &Path) {
    let renamed = path.with_extension("removed");
    let _ = fs::rename(path, &renamed);
    for there in [&renamed, &renamed, path] {
        let _ = fs::remove_file(there).or_else(|_| fs::remove_dir_all(there));
    }
}

fn watch() {
    let signal = Arc::new(AtomicUsize::new(0));
    let came = signal.clone();
    let wait = move || {
        while came.load(Relaxed) == 0 {
            thread::sleep(Duration::from_millis(50));
        }
        // Locked to the end: a thread that misses its files waits in drop(), and does not
        // end the program before the signal does.
        let mut all = all();
        all.drain(..).for_each(|path| remove(&path));
        let _ = emulate_default_handler(came.load(Relaxed) as i32);
    };
    // Where the system has no thread left, a signal leaves behind what there is.
    if thread::Builder::new().spawn(wait).is_ok() {
        // Without a terminal none can be closed: nohup wants that signal to be ignored.
        let at_terminal = io::stdin().is_terminal();
        let hangup = if at_terminal { system::HANGUP } else { &[] };
        for &number in TERM_SIGNALS.iter().chain(hangup) {
            let signal = signal.clone();
            let _ = flag::register_usize(number, signal, number as usize);
        }
    }
}
