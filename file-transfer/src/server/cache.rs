//! The digests that have been computed already: a large file is hashed once, however
//! many clients ask for it.

use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use crate::digest::{Algorithm, Digest};
use crate::hashing::digest_of;

/// How many digests are kept: files that come and go must not fill the memory.
const MOST: usize = 10_000;

/// The digests of files, as long as these do not change.
///
/// Thirty clients that ask for one file at the same moment wait for one computation.
#[derive(Default)]
pub struct DigestCache {
    digests: Mutex<HashMap<Version, Slot>>,
}

/// One state of a file: when the file changes, its digest is looked for under another
/// key, and not found.
#[derive(PartialEq, Eq, Hash)]
struct Version {
    path: PathBuf,
    size: u64,
    changed: SystemTime,
    /// Which file on which disk: another one can be put in its place, of the same size
    /// and with the same time.
    identity: (u64, u64),
    algorithm: Algorithm,
}

/// The place for one digest, `None` until it is computed. It has a lock of its own: the
/// first client computes with it held, the others wait for it, and those that want
/// another file do not.
type Slot = Arc<Mutex<Option<Digest>>>;

impl DigestCache {
    /// The size and the digest of an open file; `path` is where it was found.
    ///
    /// No key can tell everything: a file that is changed through a memory map keeps its
    /// time. So a client that has found a digest `wrong` says so, and if that is the one
    /// that is remembered, it is computed again.
    pub fn digest(
        &self,
        path: PathBuf,
        file: &File,
        algorithm: Algorithm,
        wrong: Option<String>,
    ) -> io::Result<(u64, Digest)> {
        self.digest_at(SystemTime::now(), path, file, algorithm, wrong)
    }

    fn digest_at(
        &self,
        now: SystemTime,
        path: PathBuf,
        file: &File,
        algorithm: Algorithm,
        wrong: Option<String>,
    ) -> io::Result<(u64, Digest)> {
        let metadata = file.metadata()?;
        let (size, changed) = (metadata.len(), changed(&metadata)?);
        // What somebody appends meanwhile does not belong to it.
        let compute = || digest_of(algorithm, file.take(size), size);

        // A file can change twice within one tick of its file system's clock, which is
        // two seconds on the coarsest: so the digest of a file this young is not kept.
        let age = now.duration_since(changed).unwrap_or_default();
        if age < Duration::from_secs(2) {
            return Ok((size, compute()?));
        }

        let identity = identity(file, &metadata)?;
        let version = Version { path, size, changed, identity, algorithm };
        let slot = self.slot(version);
        let mut digest = lock(&slot);
        if let Some(digest) = &*digest
            && wrong.as_ref() != Some(&digest.hex)
        {
            return Ok((size, digest.clone()));
        }
        let computed = compute()?;
        *digest = Some(computed.clone());
        Ok((size, computed))
    }

    fn slot(&self, version: Version) -> Slot {
        let mut digests = lock(&self.digests);
        if digests.len() >= MOST && !digests.contains_key(&version) {
            digests.clear();
        }
        digests.entry(version).or_default().clone()
    }
}

/// A thread that has panicked with the lock held has left nothing half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

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

/// Windows tells no change time: there the modification time has to be enough.
#[cfg(not(unix))]
fn changed(metadata: &Metadata) -> io::Result<SystemTime> {
    metadata.modified()
}

/// The numbers of the disk and of the file on it.
#[cfg(unix)]
fn identity(_: &File, metadata: &Metadata) -> io::Result<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Ok((metadata.dev(), metadata.ino()))
}

#[cfg(windows)]
fn identity(file: &File, _: &Metadata) -> io::Result<(u64, u64)> {
    let information = winapi_util::file::information(file)?;
    Ok((information.volume_serial_number(), information.file_index()))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{Seek, SeekFrom};
    use std::path::Path;

    use super::*;

    const TICK: Duration = Duration::from_secs(2);

    /// A folder with a file, open.
    fn open(content: &str) -> (tempfile::TempDir, PathBuf, File) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        fs::write(&path, content).unwrap();
        let file = File::open(&path).unwrap();
        (folder, path, file)
    }

    /// The digest, asked for so long after the last change of the file.
    fn digest(
        cache: &DigestCache,
        path: &Path,
        file: &File,
        age: Duration,
    ) -> Digest {
        let now = changed(&file.metadata().unwrap()).unwrap() + age;
        let path = path.to_path_buf();
        cache.digest_at(now, path, file, Algorithm::Md5, None).unwrap().1
    }

    fn md5(content: &str) -> Digest {
        Algorithm::Md5.digest_of(content.as_bytes()).unwrap()
    }

    #[test]
    fn a_file_has_changed_when_it_was_last_written() {
        let (_folder, _, file) = open("abc");
        let metadata = file.metadata().unwrap();
        assert_eq!(changed(&metadata).unwrap(), metadata.modified().unwrap());
    }

    #[test]
    fn a_digest_is_computed_once() {
        let (_folder, path, file) = open("abc");
        let cache = DigestCache::default();
        // The file has been read to its end after the first time: there would be
        // nothing left to compute a second digest from.
        for _ in 0..3 {
            assert_eq!(digest(&cache, &path, &file, TICK), md5("abc"));
        }
    }

    #[test]
    fn the_digest_of_a_young_file_is_computed_every_time() {
        let (_folder, path, mut file) = open("abc");
        let cache = DigestCache::default();
        let young = TICK - Duration::from_nanos(1);
        for age in [Duration::ZERO, young] {
            file.seek(SeekFrom::Start(0)).unwrap();
            assert_eq!(digest(&cache, &path, &file, age), md5("abc"));
        }
        assert_eq!(digest(&cache, &path, &file, young), md5(""));
    }

    #[test]
    fn a_file_from_the_future_is_young() {
        let (_folder, path, file) = open("abc");
        let cache = DigestCache::default();
        let now = SystemTime::UNIX_EPOCH;
        for content in ["abc", ""] {
            let digest = cache
                .digest_at(now, path.clone(), &file, Algorithm::Md5, None)
                .unwrap();
            assert_eq!(digest, (3, md5(content)));
        }
    }

    #[test]
    fn a_remembered_digest_is_forgotten_when_the_file_changes() {
        let (_folder, path, file) = open("xyz");
        let cache = DigestCache::default();
        assert_eq!(digest(&cache, &path, &file, TICK), md5("xyz"));
        // The same size, at another time: at the next tick of the clock.
        let before = changed(&file.metadata().unwrap()).unwrap();
        while changed(&fs::metadata(&path).unwrap()).unwrap() == before {
            fs::write(&path, "abc").unwrap();
        }
        let file = File::open(&path).unwrap();
        for _ in 0..2 {
            assert_eq!(digest(&cache, &path, &file, TICK), md5("abc"));
        }
    }

    /// As a folder that is renamed brings along files with times of their own.
    #[test]
    fn another_file_of_the_same_path_size_and_time_has_its_own_digest() {
        let cache = DigestCache::default();
        let (folder, path, _) = open("abc");
        let other = folder.path().join("other");
        let time = |path: &Path| changed(&fs::metadata(path).unwrap()).unwrap();
        // Within one tick of the clock.
        loop {
            fs::write(&path, "abc").unwrap();
            fs::write(&other, "xyz").unwrap();
            if time(&path) == time(&other) {
                break;
            }
        }
        let file = File::open(&path).unwrap();
        assert_eq!(digest(&cache, &path, &file, TICK), md5("abc"));
        let file = File::open(&other).unwrap();
        assert_eq!(digest(&cache, &path, &file, TICK), md5("xyz"));
    }

    #[test]
    fn a_digest_that_a_client_has_found_wrong_is_computed_again() {
        let (_folder, path, mut file) = open("abc");
        let cache = DigestCache::default();
        assert_eq!(digest(&cache, &path, &file, TICK), md5("abc"));
        let now = SystemTime::now() + TICK;
        let ask = |file: &File, wrong: &Digest| {
            let (path, wrong) = (path.clone(), Some(wrong.hex.clone()));
            let digest =
                cache.digest_at(now, path, file, Algorithm::Md5, wrong);
            digest.unwrap().1
        };
        // Another one is wrong, and not the one that is remembered.
        assert_eq!(ask(&file, &md5("xyz")), md5("abc"));
        // The file has been read to its end: it looks as if it had changed since.
        assert_eq!(ask(&file, &md5("abc")), md5(""));
        // The new one is remembered.
        file.seek(SeekFrom::Start(0)).unwrap();
        assert_eq!(ask(&file, &md5("abc")), md5(""));
    }

    #[test]
    fn two_algorithms_have_two_digests() {
        let (_folder, path, mut file) = open("abc");
        let cache = DigestCache::default();
        let now = SystemTime::now() + TICK;
        for algorithm in [Algorithm::Md5, Algorithm::Sha256] {
            file.seek(SeekFrom::Start(0)).unwrap();
            let (_, digest) = cache
                .digest_at(now, path.clone(), &file, algorithm, None)
                .unwrap();
            assert_eq!(digest, algorithm.digest_of(&b"abc"[..]).unwrap());
        }
    }

    #[test]
    fn ten_thousand_digests_are_kept_and_no_more() {
        let cache = DigestCache::default();
        let version = |n| Version {
            path: PathBuf::from("x"),
            size: n,
            changed: SystemTime::UNIX_EPOCH,
            identity: (1, 2),
            algorithm: Algorithm::Md5,
        };
        let kept = || lock(&cache.digests).len();
        (0..MOST as u64).for_each(|n| drop(cache.slot(version(n))));
        cache.slot(version(7)); // one of them
        assert_eq!(kept(), MOST);
        cache.slot(version(MOST as u64));
        assert_eq!(kept(), 1);
    }
}
