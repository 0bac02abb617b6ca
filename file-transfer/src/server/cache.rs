//! The digests of large files: computed once for all who wait, and believed for a minute.

use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::digest::{Algorithm, Digest};
use crate::hashing::digest_of;
use crate::server::size::check_size;
use crate::system::{changed, identity};

/// How many digests are kept: files that come and go must not fill the memory.
const MOST: usize = 10_000;

/// How often somebody who waits looks whether its client is still there, and from when on.
/// A client that has said goodbye may have left, or still read what comes (a half-close):
/// nothing tells the two apart, and for so long it is waited for.
const LOOK: Duration = Duration::from_millis(250);
const FROM: Duration = Duration::from_secs(2);

/// What a client is told that has said goodbye, and reads on.
const LEFT: &str = "it is large, and has to be hashed first: keep your end of the \
                    connection open until it comes";

/// The digests of files.
///
/// No key can tell every change: a file that is changed through a memory map keeps its
/// time. So a digest is believed for a minute at most, and a wrong one mends itself.
pub struct DigestCache {
    digests: Mutex<HashMap<Version, Arc<Slot>>>,
    believed: Duration,
}

/// One state of a file: when the file changes, its digest is looked for under another
/// key, and not found.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Version {
    path: PathBuf,
    size: u64,
    changed: SystemTime,
    /// Which file on which disk: another one can be put in its place, of the same size
    /// and with the same time.
    identity: (u64, u64),
    algorithm: Algorithm,
}

/// The place for one digest.
#[derive(Default)]
struct Slot {
    state: Mutex<State>,
    ready: Condvar,
}

#[derive(Default)]
struct State {
    /// How many clients wait for it.
    waiting: usize,
    /// The digest, or why there is none; and until when that is believed.
    outcome: Option<(Result<Digest, String>, Instant)>,
}

impl DigestCache {
    pub fn new(believed: Duration) -> Self {
        Self { digests: Mutex::default(), believed }
    }

    /// The digest of an open file; `path` is where it was found, and `seen` what it looks
    /// like. Gives up when `is_there` says that the client has left: it is asked while
    /// others, or this client alone, wait for the digest.
    pub fn digest(
        &self,
        path: PathBuf,
        file: &Arc<File>,
        seen: &Metadata,
        algorithm: Algorithm,
        is_there: impl Fn() -> bool,
    ) -> io::Result<Digest> {
        let (size, changed) = (seen.len(), changed(seen)?);
        let identity = identity(file, seen)?;
        let version = Version { path, size, changed, identity, algorithm };
        let (slot, is_first) = self.enter(version);
        if is_first {
            let believed = self.believed_for(changed);
            let (slot, file) = (slot.clone(), file.clone());
            let compute =
                move || slot.compute(&file, size, algorithm, believed);
            // Where the system has no thread left, it is computed here.
            let compute = Arc::new(compute);
            let there = compute.clone();
            if thread::Builder::new().spawn(move || there()).is_err() {
                compute();
            }
        }
        slot.wait(is_there)
    }

    /// The slot of this version, in which one more waits now; and is that the first one,
    /// who has to see that the digest is computed?
    fn enter(&self, version: Version) -> (Arc<Slot>, bool) {
        let mut digests = lock(&self.digests);
        if let Some(slot) = digests.get(&version) {
            let mut state = lock(&slot.state);
            let believed = |until: Instant| Instant::now() < until;
            if state.outcome.as_ref().is_none_or(|(_, until)| believed(*until))
            {
                state.waiting += 1;
                return (slot.clone(), false);
            }
        }
        if digests.len() >= MOST {
            digests.clear();
        }
        let slot = Arc::new(Slot::default());
        lock(&slot.state).waiting = 1;
        digests.insert(version, slot.clone());
        (slot, true)
    }

    /// How long a digest is believed of a file that has changed at this time.
    fn believed_for(&self, changed: SystemTime) -> Duration {
        // A file can change twice within one tick of its file system's clock, which is
        // two seconds on the coarsest: so that of a file this young is not kept. (Some
        // files come from the future: their clock is another one.)
        let now = SystemTime::now();
        let age = now.duration_since(changed).unwrap_or_else(|e| e.duration());
        if age < Duration::from_secs(2) {
            Duration::ZERO
        } else {
            self.believed
        }
    }
}

impl Slot {
    /// Computes the digest, as long as somebody waits for it.
    fn compute(
        &self,
        file: &File,
        size: u64,
        algorithm: Algorithm,
        believed: Duration,
    ) {
        // What somebody appends meanwhile does not belong to it.
        let wanted = Wanted { file: file.take(size), slot: self };
        let outcome = digest_of(algorithm, wanted, size);
        let outcome = outcome.and_then(|(digest, read)| {
            check_size(file, size, read)?;
            Ok(digest)
        });
        let believed = if outcome.is_ok() { believed } else { Duration::ZERO };
        let outcome = outcome.map_err(|e| e.to_string());
        lock(&self.state).outcome = Some((outcome, Instant::now() + believed));
        self.ready.notify_all();
    }

    fn wait(&self, is_there: impl Fn() -> bool) -> io::Result<Digest> {
        let begun = Instant::now();
        let mut state = lock(&self.state);
        let outcome = loop {
            if let Some((outcome, _)) = &state.outcome {
                break outcome.clone().map_err(io::Error::other);
            }
            let woken = self.ready.wait_timeout(state, LOOK);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
            let is_long = begun.elapsed() >= FROM && state.outcome.is_none();
            if is_long && !is_there() {
                break Err(io::Error::other(LEFT));
            }
        };
        state.waiting -= 1;
        outcome
    }
}

/// A file that is read as long as somebody wants it.
struct Wanted<'a, R> {
    file: R,
    slot: &'a Slot,
}

impl<R: Read> Read for Wanted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if lock(&self.slot.state).waiting == 0 {
            return Err(io::Error::other(LEFT));
        }
        self.file.read(buffer)
    }
}

/// A thread that has panicked with the lock held has left nothing half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
