//! Digests of files: md5 as in the original, or sha256; and the ones already computed.
//!
//! A digest in the header finds accidents, not attackers: whoever can change the bytes
//! on their way can change the digest as well.

use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use md5::Md5;
use md5::digest::DynDigest;
use sha2::Sha256;

use crate::wire::BUFFER;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    Md5,
    Sha256,
}

/// A digest in the making.
pub type Hasher = Box<dyn DynDigest + Send>;

impl Algorithm {
    /// As it is called in the header and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha256 => "sha256",
        }
    }

    pub fn start(self) -> Hasher {
        match self {
            Self::Md5 => Box::new(Md5::default()),
            Self::Sha256 => Box::new(Sha256::default()),
        }
    }

    /// How many hexadecimal digits a digest has.
    pub fn digits(self) -> usize {
        self.start().output_size() * 2
    }

    /// Reads to the end.
    pub fn of(self, mut bytes: impl Read) -> io::Result<String> {
        let mut hasher = self.start();
        let mut buffer = vec![0; BUFFER];
        loop {
            match bytes.read(&mut buffer)? {
                0 => return Ok(finish(hasher)),
                n => hasher.update(&buffer[..n]),
            }
        }
    }
}

/// The digest in lower-case hexadecimal, as md5sum prints it.
pub fn finish(hasher: Hasher) -> String {
    let bytes = hasher.finalize();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The digests that have been computed already.
///
/// Thirty students who ask for one file at the same moment wait for one computation.
#[derive(Default)]
pub struct Remembered(Mutex<HashMap<Version, Arc<Mutex<Option<String>>>>>);

/// One state of a file: its path, its size, and when it was changed.
type Version = (PathBuf, u64, SystemTime);

/// When a file was last written to or replaced. The modification time does not tell:
/// `cp -p` and archives bring an old one along. The change time cannot be set.
#[cfg(unix)]
fn changed(metadata: &Metadata) -> io::Result<SystemTime> {
    use std::os::unix::fs::MetadataExt;
    let seconds = u64::try_from(metadata.ctime()).unwrap_or(0);
    let since = Duration::from_secs(seconds)
        + Duration::from_nanos(metadata.ctime_nsec().unsigned_abs());
    Ok(SystemTime::UNIX_EPOCH
        .checked_add(since)
        .unwrap_or(SystemTime::UNIX_EPOCH))
}

/// Elsewhere the modification time has to do.
#[cfg(not(unix))]
fn changed(metadata: &Metadata) -> io::Result<SystemTime> {
    metadata.modified()
}

impl Remembered {
    /// The size and the digest of an open file; `path` is where it was found.
    pub fn digest(
        &self,
        path: PathBuf,
        file: &File,
        algorithm: Algorithm,
    ) -> io::Result<(u64, String)> {
        let metadata = file.metadata()?;
        let (size, changed) = (metadata.len(), changed(&metadata)?);
        // What somebody appends meanwhile does not belong to it.
        let compute = || Ok((size, algorithm.of(file.take(size))?));
        // A file can change twice within one tick of its file system's clock,
        // two seconds on the coarsest: one that young is not remembered.
        let age = changed.elapsed().unwrap_or_default();
        if age < Duration::from_secs(2) {
            return compute();
        }

        let slot = {
            let mut known =
                self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let version = (path, size, changed);
            if known.len() >= 10_000 && !known.contains_key(&version) {
                known.clear(); // files that come and go must not fill the memory
            }
            known.entry(version).or_default().clone()
        };
        // Whoever comes first computes with this lock held; the others wait.
        let mut digest = slot.lock().unwrap_or_else(PoisonError::into_inner);
        match &*digest {
            Some(known) => Ok((size, known.clone())),
            None => Ok((size, digest.insert(compute()?.1).clone())),
        }
    }
}
