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
use crate::system;

/// How long a digest is believed. No key can tell every change (a file that is changed
/// through a memory map keeps its times): so a wrong one mends itself.
const BELIEVED: Duration = Duration::from_secs(60);

/// How many digests are kept: files that come and go must not fill the memory.
const MOST: usize = 10_000;

/// How often those who wait look whether their client is still there, and from when on. A
/// client that has said goodbye may have left, or still read what comes (a half-close):
/// nothing tells the two apart, and for so long it is waited for.
const LOOK: Duration = Duration::from_millis(250);
const FROM: Duration = Duration::from_secs(2);

/// What a client is told that has said goodbye, and reads on.
const LEFT: &str = "it is large, and has to be hashed first: keep your end of the \
                    connection open until it comes";

/// The digests, by the state of a file that they are of.
#[derive(Default)]
pub struct DigestCache {
    known: Mutex<HashMap<Version, Known>>,
    ready: Condvar,
}

/// One state of a file: when the file changes, its digest is looked for under another
/// key, and not found.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Version {
    path: PathBuf,
    size: u64,
    /// Which file on which disk, and when it was changed: another one can be put in its
    /// place, of the same size and with the same time.
    state: [u64; 4],
    algorithm: Algorithm,
}

#[derive(Default)]
struct Known {
    /// How many clients wait for it.
    waiting: usize,
    /// Which computation it is: the one before it, where nobody waited, is given up.
    turn: u64,
    /// The digest, or why there is none; and until when that is believed.
    outcome: Option<(Result<Digest, String>, Instant)>,
}

impl DigestCache {
    /// The digest of an open file; `path` is where it was found, and `seen` what it looks
    /// like. Gives up when `is_there` says that the client has left.
    pub fn digest(
        self: &Arc<Self>,
        path: PathBuf,
        file: &Arc<File>,
        seen: &Metadata,
        algorithm: Algorithm,
        is_there: impl Fn() -> bool,
    ) -> io::Result<Digest> {
        let (size, state) = (seen.len(), system::state(file, seen)?);
        let version = Version { path, size, state, algorithm };
        if let Some(turn) = self.wait_with_others(&version) {
            let (cache, version) = (self.clone(), version.clone());
            let (file, is_young) = (file.clone(), is_young(seen));
            let compute = Arc::new(move || {
                cache.compute(&version, turn, &file, is_young)
            });
            let on_a_thread = compute.clone();
            // Where the system has no thread left, it is computed here.
            if thread::Builder::new().spawn(move || on_a_thread()).is_err() {
                compute();
            }
        }
        self.wait(&version, is_there)
    }

    /// Counts one more who waits. The first one gets a turn: to see that it is computed.
    fn wait_with_others(&self, version: &Version) -> Option<u64> {
        let mut known = self.lock();
        if known.len() >= MOST {
            known.retain(|_, known| known.waiting > 0);
        }
        let this = known.entry(version.clone()).or_default();
        let is_first = match &this.outcome {
            Some((_, until)) => Instant::now() >= *until,
            None => this.waiting == 0,
        };
        this.waiting += 1;
        is_first.then(|| {
            this.outcome = None;
            this.turn += 1;
            this.turn
        })
    }

    /// Computes a digest, as long as somebody waits for it.
    fn compute(
        &self,
        version: &Version,
        turn: u64,
        file: &File,
        is_young: bool,
    ) {
        // What somebody appends meanwhile does not belong to it.
        let pieces = file.take(version.size);
        let wanted = Wanted { pieces, cache: self, version, turn };
        let digest = digest_of(version.algorithm, wanted, version.size);
        let outcome = digest.and_then(|(digest, read)| {
            check_size(file, version.size, read)?;
            Ok(digest)
        });
        let is_kept = outcome.is_ok() && !is_young;
        let kept = if is_kept { BELIEVED } else { Duration::ZERO };
        let outcome = outcome.map_err(|e| e.to_string());
        let mut known = self.lock();
        let this = known.get_mut(version).filter(|known| known.turn == turn);
        if let Some(known) = this {
            known.outcome = Some((outcome, Instant::now() + kept));
        }
        self.ready.notify_all();
    }

    fn wait(
        &self,
        version: &Version,
        is_there: impl Fn() -> bool,
    ) -> io::Result<Digest> {
        let begun = Instant::now();
        let mut known = self.lock();
        loop {
            let Some(this) = known.get_mut(version) else {
                return Err(io::Error::other(LEFT)); // removed: nobody waited
            };
            if let Some((outcome, _)) = &this.outcome {
                let outcome = outcome.clone();
                this.waiting -= 1;
                return outcome.map_err(io::Error::other);
            }
            let is_long = begun.elapsed() >= FROM;
            if is_long && !is_there() {
                this.waiting -= 1;
                return Err(io::Error::other(LEFT));
            }
            let woken = self.ready.wait_timeout(known, LOOK);
            known = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// A thread that has panicked with the lock held has left nothing half done.
    fn lock(&self) -> MutexGuard<'_, HashMap<Version, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A file can change twice within one tick of its file system's clock, which is two
/// seconds on the coarsest: the digest of one this young is not kept. (Nor that of one
/// from the near future. A time far ahead is that of another clock.)
fn is_young(seen: &Metadata) -> bool {
    let now = SystemTime::now();
    let age =
        |changed| now.duration_since(changed).unwrap_or_else(|e| e.duration());
    seen.modified().is_ok_and(|changed| age(changed) < Duration::from_secs(2))
}

/// A file that is read as long as somebody waits for its digest.
struct Wanted<'a, R> {
    pieces: R,
    cache: &'a DigestCache,
    version: &'a Version,
    turn: u64,
}

impl<R: Read> Read for Wanted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let is_wanted =
            |known: &Known| known.waiting > 0 && known.turn == self.turn;
        if !self.cache.lock().get(self.version).is_some_and(is_wanted) {
            return Err(io::Error::other(LEFT));
        }
        self.pieces.read(buffer)
    }
}
