//! Hashing beside the transfer.
//!
//! Hashing takes longer than receiving, reading or writing. So a large file is hashed by
//! a thread of its own, while the next piece is received or read. For a file that fits
//! into one buffer, to start a thread would take longer than to hash it.

use std::io::{self, Read};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::{self, JoinHandle};

use crate::digest::{Algorithm, BUFFER, Digest, Hasher};

/// How many pieces may wait for the hashing thread. Then the transfer waits for it.
const WAITING: usize = 8;

/// The digest of a file that has `size` bytes left to read.
pub fn digest_of(
    algorithm: Algorithm,
    mut file: impl Read,
    size: u64,
) -> io::Result<Digest> {
    if size <= BUFFER as u64 {
        return algorithm.digest_of(file);
    }
    let mut hashing = Hashing::start(algorithm, size);
    loop {
        match file.read(hashing.buffer())? {
            0 => return hashing.finish(),
            n => hashing.update(n)?,
        }
    }
}

pub struct Hashing {
    /// What is received next goes in here.
    buffer: Vec<u8>,
    place: Place,
}

/// Where the hashing is done.
enum Place {
    InLine(Hasher),
    Thread {
        /// Buffers, and how many bytes of each are to be hashed.
        to_hash: SyncSender<(Vec<u8>, usize)>,
        /// The same buffers come back, to be filled again.
        hashed: Receiver<Vec<u8>>,
        thread: JoinHandle<Digest>,
    },
}

impl Place {
    fn thread(algorithm: Algorithm) -> io::Result<Self> {
        let mut hasher = Hasher::new(algorithm);
        let (to_hash, pieces) = mpsc::sync_channel::<(Vec<u8>, usize)>(WAITING);
        let (used, hashed) = mpsc::channel();
        let thread = thread::Builder::new().spawn(move || {
            for (buffer, n) in pieces {
                hasher.update(&buffer[..n]);
                let _ = used.send(buffer); // nobody fills the last ones
            }
            hasher.finish()
        })?;
        Ok(Self::Thread { to_hash, hashed, thread })
    }
}

impl Hashing {
    /// Begins with a file of which `size` bytes will come.
    pub fn start(algorithm: Algorithm, size: u64) -> Self {
        let buffer = vec![0; size.min(BUFFER as u64) as usize];
        let thread = (size > BUFFER as u64).then(|| Place::thread(algorithm));
        let place = match thread {
            Some(Ok(thread)) => thread,
            // A small file; or the system has no thread left, and so the transfer
            // takes longer.
            _ => Place::InLine(Hasher::new(algorithm)),
        };
        Self { buffer, place }
    }

    /// Where to put the bytes that are received next.
    pub fn buffer(&mut self) -> &mut [u8] {
        &mut self.buffer
    }

    /// Hashes the first `n` bytes of the buffer, now or soon. After that the buffer is
    /// another one.
    pub fn update(&mut self, n: usize) -> io::Result<()> {
        match &mut self.place {
            Place::InLine(hasher) => hasher.update(&self.buffer[..n]),
            Place::Thread { to_hash, hashed, .. } => {
                let next =
                    hashed.try_recv().unwrap_or_else(|_| vec![0; BUFFER]);
                let full = std::mem::replace(&mut self.buffer, next);
                to_hash.send((full, n)).map_err(|_| failed())?;
            }
        }
        Ok(())
    }

    /// The digest of all that was received.
    pub fn finish(self) -> io::Result<Digest> {
        match self.place {
            Place::InLine(hasher) => Ok(hasher.finish()),
            Place::Thread { to_hash, thread, .. } => {
                drop(to_hash); // ends the thread's loop
                thread.join().map_err(|_| failed())
            }
        }
    }
}

/// The thread has panicked.
fn failed() -> io::Error {
    io::Error::other("the digest could not be computed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_longer_than_a_buffer_is_hashed_by_a_thread() {
        for (size, on_a_thread) in [(-1, false), (0, false), (1, true)] {
            let size = (BUFFER as u64).saturating_add_signed(size);
            let place = Hashing::start(Algorithm::Md5, size).place;
            let thread = matches!(place, Place::Thread { .. });
            assert_eq!(thread, on_a_thread, "{size} bytes");
        }
    }

    #[test]
    fn the_digest_of_a_file_is_the_same_on_a_thread_and_without() {
        for size in [0, 1, BUFFER - 1, BUFFER, BUFFER + 1, 12 * BUFFER + 7] {
            let bytes: Vec<u8> = (0..=250).cycle().take(size).collect();
            for algorithm in [Algorithm::Md5, Algorithm::Sha256] {
                let wanted = algorithm.digest_of(&bytes[..]).unwrap();
                let digest = digest_of(algorithm, &bytes[..], size as u64);
                assert_eq!(digest.unwrap(), wanted, "{size} bytes");
            }
        }
    }
}
