//! The digests of large files: computed once for all who wait, and believed for a minute.

use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
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

/// How often those who wait look whether it is there.
const PAUSE: Duration = Duration::from_millis(50);

/// From when on they look whether their client is. One that has said goodbye may have
/// left, or still read what comes (a half-close): nothing tells the two apart, and for so
/// long it is waited for.
const FROM: Duration = Duration::from_secs(2);

/// What a client is told that has said goodbye, and reads on.
const LEFT: &str = "it is large, and has to be hashed first: keep your end of the \
                    connection open until it comes";

/// The digests, by the state of a file that they are of.
#[derive(Default)]
pub struct DigestCache(Mutex<HashMap<Version, Slot>>);

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

/// A digest, when it is known. Its lock is held by the thread that computes it, and each
/// client that wants it has a clone of the Arc.
type Slot = Arc<Mutex<Option<Computed>>>;

struct Computed {
    digest: Digest,
    when: Instant,
    /// Can the file have changed since without a trace?
    is_young: bool,
}

impl Computed {
    /// Those who have waited for it believe it in any case.
    fn is_believed(&self, asked: Instant, now: Instant) -> bool {
        asked <= self.when || !self.is_young && now - self.when < BELIEVED
    }
}

impl DigestCache {
    /// The digest of an open file; `path` is where it was found, and `seen` what it looks
    /// like. Gives up when `is_there` says that the client has left.
    pub fn digest(
        &self,
        path: PathBuf,
        file: &File,
        seen: &Metadata,
        algorithm: Algorithm,
        is_there: impl Fn() -> bool,
    ) -> io::Result<Digest> {
        let (size, state) = (seen.len(), system::state(file, seen)?);
        let slot = self.slot(Version { path, size, state, algorithm });
        let asked = Instant::now();
        let mut computed = loop {
            match slot.try_lock() {
                Ok(computed) => break computed,
                Err(TryLockError::Poisoned(e)) => break e.into_inner(),
                Err(TryLockError::WouldBlock) => {} // somebody computes it
            }
            if asked.elapsed() >= FROM && !is_there() {
                return Err(io::Error::other(LEFT));
            }
            thread::sleep(PAUSE);
        };
        if let Some(computed) = &*computed
            && computed.is_believed(asked, Instant::now())
        {
            return Ok(computed.digest.clone());
        }
        let is_young = is_young(seen);
        // One clone is in the map, and one is ours.
        let is_wanted = || is_there() || Arc::strong_count(&slot) > 2;
        // What somebody appends meanwhile does not belong to it.
        let pieces = file.take(size);
        let wanted = Wanted { pieces, is_wanted, look: Instant::now() + FROM };
        let (digest, read) = digest_of(algorithm, wanted, size)?;
        check_size(file, size, read)?;
        let when = Instant::now();
        *computed = Some(Computed { digest: digest.clone(), when, is_young });
        Ok(digest)
    }

    fn slot(&self, version: Version) -> Slot {
        // A thread that has panicked with the lock held has left nothing half done.
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= MOST {
            slots.retain(|_, slot| Arc::strong_count(slot) > 1);
        }
        slots.entry(version).or_default().clone()
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
struct Wanted<R, W> {
    pieces: R,
    is_wanted: W,
    /// When to look next.
    look: Instant,
}

impl<R: Read, W: Fn() -> bool> Read for Wanted<R, W> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if Instant::now() >= self.look {
            if !(self.is_wanted)() {
                return Err(io::Error::other(LEFT));
            }
            self.look = Instant::now() + PAUSE;
        }
        self.pieces.read(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_believed_for_a_minute_and_by_who_waited_for_it() {
        let (before, when) = (Instant::now(), Instant::now() + BELIEVED);
        let at = |seconds| when + Duration::from_secs(seconds);
        for (is_young, asked, now, believed) in [
            (false, at(59), at(59), true),
            (false, at(60), at(60), false),
            (false, before, at(60), true),
            (true, at(1), at(1), false),
            (true, before, at(1), true),
        ] {
            let digest = Algorithm::Md5.digest_of(&b""[..]).unwrap();
            let computed = Computed { digest, when, is_young };
            assert_eq!(computed.is_believed(asked, now), believed);
        }
    }
}
