//! The digests of large files: computed once for all who wait, and believed for a minute.

use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use crate::digest::{Algorithm, Digest};
use crate::hashing::digest_of;
use crate::server::size::check_size;
use crate::system;

/// How many digests are kept: files that come and go must not fill the memory.
const MOST: usize = 10_000;

/// How often those who wait look whether it is there.
const PAUSE: Duration = Duration::from_millis(50);

/// From when on they look whether their client is. One that has said goodbye may have
/// left, or still read what comes (a half-close): nothing tells the two apart, and for so
/// long it is waited for.
const FROM: Duration = Duration::from_secs(2);

/// What a client is told that has said goodbye, and reads on.
const LEFT: &str = "it is large, and has to be hashed first: keep your end of the \
                    connection open until it comes";

/// One state of a file: its path, its size, which file on which disk, and when it was
/// changed. (Another one can be put in its place, of the same size and with the same
/// time.) When the file changes, its digest is looked for under another key.
type Version = (PathBuf, u64, [u64; 4]);

/// A digest, and when it was computed. The lock is held by the thread that computes it,
/// and each client that wants it has a clone of the Arc.
type Slot = Arc<Mutex<Option<(Digest, Instant)>>>;

pub struct DigestCache {
    pub algorithm: Algorithm,
    slots: Mutex<HashMap<Version, Slot>>,
}

impl DigestCache {
    pub fn new(algorithm: Algorithm) -> Self {
        Self { algorithm, slots: Mutex::default() }
    }

    /// The digest of an open file; `path` is where it was found, and `seen` what it looks
    /// like. Gives up when `is_there` says that the client has left.
    pub fn digest(
        &self,
        path: PathBuf,
        file: &File,
        seen: &Metadata,
        mut is_there: impl FnMut() -> bool,
    ) -> io::Result<Digest> {
        let size = seen.len();
        let slot = self.slot((path, size, system::state(file, seen)?));
        let from = Instant::now() + FROM;
        let mut is_there = || Instant::now() < from || is_there();
        let mut known = loop {
            match slot.try_lock() {
                Ok(known) => break known,
                Err(TryLockError::Poisoned(e)) => break e.into_inner(),
                Err(TryLockError::WouldBlock) => {} // somebody computes it
            }
            as_long_as(is_there())?;
            thread::sleep(PAUSE);
        };
        if let Some((digest, when)) = &*known
            && is_believed(when.elapsed())
        {
            return Ok(digest.clone());
        }
        // One clone of the slot is in the map, and one is ours.
        let others_wait = || Arc::strong_count(&slot) > 2;
        let go_on = || as_long_as(is_there() || others_wait());
        // What somebody appends meanwhile does not belong to it.
        let (digest, read) =
            digest_of(self.algorithm, file.take(size), size, go_on)?;
        check_size(file, size, read)?;
        *known = Some((digest.clone(), Instant::now()));
        Ok(digest)
    }

    fn slot(&self, version: Version) -> Slot {
        // A thread that has panicked with the lock held has left nothing half done.
        let mut slots =
            self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= MOST {
            slots.retain(|_, slot| Arc::strong_count(slot) > 1);
        }
        slots.entry(version).or_default().clone()
    }
}

/// No key can tell every change (a file that is changed through a memory map keeps its
/// times): so a digest is believed for a minute, and a wrong one mends itself.
fn is_believed(age: Duration) -> bool {
    age < Duration::from_secs(60)
}

fn as_long_as(wanted: bool) -> io::Result<()> {
    if wanted { Ok(()) } else { Err(io::Error::other(LEFT)) }
}

#[cfg(test)]
#[test]
fn a_digest_is_believed_for_a_minute() {
    let ages = [0, 59, 60].map(|age| is_believed(Duration::from_secs(age)));
    assert_eq!(ages, [true, true, false]);
}
