//! What the program has made and may have no use for: removed when it is dropped, and
//! when a signal ends the program (Ctrl-C, or SIGTERM).

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;
use std::{io, thread};

use signal_hook::consts::TERM_SIGNALS;
use signal_hook::flag;
use signal_hook::low_level::emulate_default_handler;

/// How a file or a folder is removed. An error is nothing that anybody could mend.
type Remove = fn(&Path) -> io::Result<()>;

static ALL: Mutex<Vec<(PathBuf, Remove)>> = Mutex::new(Vec::new());

fn all() -> MutexGuard<'static, Vec<(PathBuf, Remove)>> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Something that was made.
pub struct Made(PathBuf);

impl Made {
    pub fn new(path: PathBuf, remove: Remove) -> Self {
        all().push((path.clone(), remove));
        Self(path)
    }

    /// It was of use, and stays.
    pub fn keep(self) {
        self.forget();
    }

    fn forget(&self) -> Option<Remove> {
        let mut all = all();
        let here = all.iter().rposition(|(path, _)| *path == self.0)?;
        Some(all.remove(here).1)
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        if let Some(remove) = self.forget() {
            let _ = remove(&self.0);
        }
    }
}

/// From now on a signal that ends the program removes first what was made, the last one
/// first.
pub fn remove_on_a_signal() {
    let (registered, wait) = mpsc::channel();
    let watch = move || {
        let came = Arc::new(AtomicUsize::new(0));
        for &signal in TERM_SIGNALS {
            let _ = flag::register_usize(signal, came.clone(), signal as usize);
        }
        let _ = registered.send(());
        while came.load(Relaxed) == 0 {
            thread::sleep(Duration::from_millis(50));
        }
        for (path, remove) in all().drain(..).rev() {
            let _ = remove(&path);
        }
        let _ = emulate_default_handler(came.load(Relaxed) as i32);
    };
    // Where the system has no thread left, a signal leaves behind what there is.
    let _ = thread::Builder::new().spawn(watch).map(|_| wait.recv());
}
