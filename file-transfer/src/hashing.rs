//! Hashing beside the transfer.
//!
//! Hashing takes longer than receiving, reading or writing. So a large file is hashed by
//! a thread of its own, while the next piece is received or read. For a file that fits
//! into one buffer, to start a thread would take longer than to hash it.

use std::io;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::{self, JoinHandle};

use crate::digest::{Algorithm, BUFFER, Digest, Hasher, memory};

/// How many pieces may wait for the hashing thread. Then the transfer waits for it.
const WAITING: usize = 8;

pub struct Hashing {
    hasher: Hasher,
    thread: Option<HashingThread>,
}

/// It hashes in the place of ours.
struct HashingThread {
    /// Buffers, and how many bytes of each are to be hashed.
    to_hash: SyncSender<(Vec<u8>, usize)>,
    /// The same buffers come back, to be filled again.
    hashed: Receiver<Vec<u8>>,
    handle: JoinHandle<Digest>,
}

impl Hashing {
    /// Begins with a file of which `size` bytes will come. The buffer is for the first of
    /// them.
    pub fn start(
        algorithm: Algorithm,
        size: u64,
    ) -> io::Result<(Self, Vec<u8>)> {
        let is_large = size > BUFFER as u64;
        // Where the system has no thread left, the transfer takes longer.
        let thread = is_large.then(|| start_thread(algorithm).ok()).flatten();
        let buffer = memory(size.min(BUFFER as u64) as usize)?;
        Ok((Self { hasher: Hasher::new(algorithm), thread }, buffer))
    }

    /// Hashes the first `n` bytes of the buffer, now or soon, and returns a buffer for
    /// the next ones.
    pub fn update(&mut self, buffer: Vec<u8>, n: usize) -> io::Result<Vec<u8>> {
        let Some(thread) = &self.thread else {
            self.hasher.update(&buffer[..n]);
            return Ok(buffer);
        };
        // Fails where the thread has panicked: finish() says so.
        let _ = thread.to_hash.send((buffer, n));
        thread.hashed.try_recv().or_else(|_| memory(BUFFER))
    }

    pub fn finish(self) -> io::Result<Digest> {
        let Some(thread) = self.thread else { return Ok(self.hasher.finish()) };
        drop(thread.to_hash); // ends its loop
        let failed = |_| io::Error::other("the digest could not be computed");
        thread.handle.join().map_err(failed)
    }
}

fn start_thread(algorithm: Algorithm) -> io::Result<HashingThread> {
    let (to_hash, pieces) = mpsc::sync_channel::<(Vec<u8>, usize)>(WAITING);
    let (used, hashed) = mpsc::channel();
    let mut hasher = Hasher::new(algorithm);
    let handle = thread::Builder::new().spawn(move || {
        for (buffer, n) in pieces {
            hasher.update(&buffer[..n]);
            let _ = used.send(buffer); // nobody fills the last ones
        }
        hasher.finish()
    })?;
    Ok(HashingThread { to_hash, hashed, handle })
}
