//! What the program has made for itself alone: removed when it is dropped, and when a
//! signal ends the program (Ctrl-C, or SIGTERM).

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::time::Duration;
use std::{fs, thread};

use signal_hook::consts::TERM_SIGNALS;
use signal_hook::flag;
use signal_hook::low_level::emulate_default_handler;

static ALL: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn all() -> MutexGuard<'static, Vec<PathBuf>> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file, or a folder with all that is in it.
pub struct Made(PathBuf);

impl Made {
    pub fn new(path: PathBuf) -> Self {
        remove_on_a_signal();
        all().push(path.clone());
        Self(path)
    }

    /// It has another name now, and stays.
    pub fn keep(self) {
        all().retain(|path| *path != self.0);
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        let mut all = all();
        if let Some(here) = all.iter().position(|path| *path == self.0) {
            remove(&all.swap_remove(here));
        }
    }
}

/// An error is nothing that anybody could mend.
fn remove(path: &Path) {
    let _ = fs::remove_file(path).or_else(|_| fs::remove_dir_all(path));
}

/// From now on a signal removes first what was made. (To be called before something is
/// made that a signal must not leave behind.)
pub fn remove_on_a_signal() {
    static WATCH: Once = Once::new();
    WATCH.call_once(watch);
}

fn watch() {
    let signal = Arc::new(AtomicUsize::new(0));
    let came = signal.clone();
    let wait = move || {
        while came.load(Relaxed) == 0 {
            thread::sleep(Duration::from_millis(50));
        }
        all().drain(..).for_each(|path| remove(&path));
        let _ = emulate_default_handler(came.load(Relaxed) as i32);
    };
    // Where the system has no thread left, a signal leaves behind what there is.
    if thread::Builder::new().spawn(wait).is_ok() {
        for &number in TERM_SIGNALS {
            let signal = signal.clone();
            let _ = flag::register_usize(number, signal, number as usize);
        }
    }
}
