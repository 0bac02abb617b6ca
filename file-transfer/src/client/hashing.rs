//! Hashing beside the transfer.
//!
//! Hashing takes as long as receiving and writing together. So a large file is hashed by
//! a thread of its own, while the next piece is received. For a file that fits into one
//! buffer, to start a thread would take longer than to hash it.

use std::io;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::{self, JoinHandle};

use anyhow::{Result, anyhow};

use crate::digest::{Algorithm, BUFFER, Digest, Hasher};

/// How many pieces may wait for the hashing thread. Then the transfer waits for it.
const WAITING: usize = 8;

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

impl Hashing {
    /// Begins with a file of which `size` bytes will come.
    pub fn start(algorithm: Algorithm, size: u64) -> io::Result<Self> {
        let mut hasher = Hasher::new(algorithm);
        let buffer = vec![0; size.min(BUFFER as u64) as usize];
        if size <= BUFFER as u64 {
            return Ok(Self { buffer, place: Place::InLine(hasher) });
        }
        let (to_hash, pieces) = mpsc::sync_channel::<(Vec<u8>, usize)>(WAITING);
        let (used, hashed) = mpsc::channel();
        let thread = thread::Builder::new().spawn(move || {
            for (buffer, n) in pieces {
                hasher.update(&buffer[..n]);
                let _ = used.send(buffer); // nobody fills the last ones
            }
            hasher.finish()
        })?;
        Ok(Self { buffer, place: Place::Thread { to_hash, hashed, thread } })
    }

    /// Where to put the bytes that are received next.
    pub fn buffer(&mut self) -> &mut [u8] {
        &mut self.buffer
    }

    /// Hashes the first `n` bytes of the buffer, now or soon. After that the buffer is
    /// another one.
    pub fn update(&mut self, n: usize) -> Result<()> {
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
    pub fn finish(self) -> Result<Digest> {
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
fn failed() -> anyhow::Error {
    anyhow!("the digest could not be computed")
}
