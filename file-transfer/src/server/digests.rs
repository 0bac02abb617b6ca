//! The digests of files. A large file is hashed once for all who wait for it, and the
//! digest is believed for a minute.

use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::{self, Read, Seek};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use common::frame::read_until_full;

use crate::digest::{Algorithm, BUFFER, Digest, Hasher, memory};
use crate::hashing::Hashing;
use crate::system;

/// Up to this size a file is read once: hashed and sent from memory.
const SMALL: u64 = BUFFER as u64 / 4;

/// How many digests are kept: files that come and go must not fill the memory.
const MOST: usize = 10_000;

/// How long a digest is believed. No key can tell every change (a file that is changed
/// through a memory map keeps its times), and so a wrong one mends itself.
const BELIEVED: Duration = Duration::from_secs(60);

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

pub struct Digests {
    algorithm: Algorithm,
    slots: Mutex<HashMap<Version, Slot>>,
}

impl Digests {
    pub fn new(algorithm: Algorithm) -> Self {
        Self { algorithm, slots: Mutex::default() }
    }

    /// The digest of a file, and all of its bytes where it is small. `path` is where it
    /// was found, and `seen` what it looks like. Gives up when `is_there` says that the
    /// client has left.
    pub fn of(
        &self,
        path: PathBuf,
        mut file: &File,
        seen: &Metadata,
        mut is_there: impl FnMut() -> bool,
    ) -> io::Result<(Digest, Vec<u8>)> {
        let size = seen.len();
        if size <= SMALL {
            // Room for one byte more: so this call sees that the file ends here.
            let mut bytes = memory(size as usize + 1)?;
            if read_until_full(&mut file, &mut bytes)? as u64 == size {
                bytes.pop();
                let mut hasher = Hasher::new(self.algorithm);
                hasher.update(&bytes);
                return Ok((hasher.finish(), bytes));
            }
            file.rewind()?; // it is not what it says: perhaps it grows
        }

        let slot = self.slot((path, size, system::state(file, seen)?));
        let from = Instant::now() + FROM;
        let mut stays = || {
            let stays = Instant::now() < from || is_there();
            stays.then_some(()).ok_or_else(|| io::Error::other(LEFT))
        };
        let mut known = loop {
            match slot.try_lock() {
                Ok(known) => break known,
                Err(TryLockError::Poisoned(e)) => break e.into_inner(),
                Err(TryLockError::WouldBlock) => {} // somebody computes it
            }
            stays()?;
            thread::sleep(PAUSE);
        };
        if let Some((digest, when)) = &*known
            && when.elapsed() < BELIEVED
        {
            return Ok((digest.clone(), Vec::new()));
        }
        // What somebody appends meanwhile does not belong to it.
        let mut said = file.take(size);
        let (mut hashing, mut buffer) = Hashing::start(self.algorithm, size)?;
        loop {
            // One clone of the slot is in the map, and one is ours: nobody else waits.
            if Arc::strong_count(&slot) <= 2 {
                stays()?;
            }
            match read_until_full(&mut said, &mut buffer)? {
                0 => break,
                n => buffer = hashing.update(buffer, n)?,
            }
        }
        // `/proc` and `/sys` hold files with a size that is not true: the system makes
        // their bytes when they are read. A file that grows has another size by now.
        let more = read_until_full(&mut file, &mut [0])? > 0
            && file.metadata()?.len() == size;
        if more || said.limit() > 0 {
            return Err(io::Error::other(format!(
                "the system says {size} bytes, and more or fewer can be read"
            )));
        }
        let digest = hashing.finish()?;
        *known = Some((digest.clone(), Instant::now()));
        Ok((digest, Vec::new()))
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
