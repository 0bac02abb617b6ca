//! The unfinished file: opened in such a way that no other file is written to, whatever
//! lies in the download folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

/// Opens the file, or creates it; `None` if something else lies there.
pub fn open(path: &Path) -> io::Result<Option<File>> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    system::follow_no_link(&mut options);
    let file = match options.open(path) {
        Ok(file) => file,
        Err(e) if system::was_a_link(&e) => return Ok(None),
        Err(e) => return Err(e),
    };
    // Look at what has been opened: what was seen there before may have been replaced.
    // A file with a second name (a hard link) may be anybody's: the bytes that we write
    // would be in it under that name, too.
    let alone = file.metadata()?.is_file() && system::names(&file)? == 1;
    Ok(alone.then_some(file))
}

/// Locks the file against a second client; false if another one has locked it.
pub fn lock(file: &File) -> io::Result<bool> {
    locked(file.try_lock())
}

fn locked(result: Result<(), TryLockError>) -> io::Result<bool> {
    match result {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        // Some file systems have no locks (NFS, FUSE). A download without one is better
        // than none: two clients at once are rare, and a digest finds what they spoil.
        Err(TryLockError::Error(e)) if system::has_no_locks(&e) => Ok(true),
        Err(TryLockError::Error(e)) => Err(e),
    }
}

#[cfg(unix)]
mod system {
    use std::fs::{File, OpenOptions};
    use std::io::{self, ErrorKind};
    use std::os::unix::fs::{MetadataExt, OpenOptionsExt};

    use rustix::fs::OFlags;
    use rustix::io::Errno;

    pub fn follow_no_link(options: &mut OpenOptions) {
        options.custom_flags(OFlags::NOFOLLOW.bits().cast_signed());
    }

    pub fn was_a_link(e: &io::Error) -> bool {
        // EMLINK is FreeBSD's word for it.
        let e = Errno::from_io_error(e);
        [Errno::LOOP, Errno::MLINK].map(Some).contains(&e)
    }

    pub fn names(file: &File) -> io::Result<u64> {
        Ok(file.metadata()?.nlink())
    }

    pub fn has_no_locks(e: &io::Error) -> bool {
        e.kind() == ErrorKind::Unsupported
            || Errno::from_io_error(e) == Some(Errno::NOLCK)
    }
}

#[cfg(windows)]
mod system {
    use std::fs::{File, OpenOptions};
    use std::io::{self, ErrorKind};
    use std::os::windows::fs::OpenOptionsExt;

    pub fn follow_no_link(options: &mut OpenOptions) {
        // Opens the link and not what it leads to: then what is open is no file.
        const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;
        options.custom_flags(FILE_FLAG_OPEN_REPARSE_POINT);
    }

    pub fn was_a_link(_: &io::Error) -> bool {
        false
    }

    pub fn names(file: &File) -> io::Result<u64> {
        Ok(winapi_util::file::information(file)?.number_of_links())
    }

    pub fn has_no_locks(e: &io::Error) -> bool {
        const ERROR_INVALID_FUNCTION: i32 = 1;
        e.kind() == ErrorKind::Unsupported
            || e.raw_os_error() == Some(ERROR_INVALID_FUNCTION)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::tempdir;

    use super::*;

    #[test]
    fn a_file_that_is_there_is_opened_as_it_is() {
        let folder = tempdir().unwrap();
        let path = folder.path().join("x");
        assert!(open(&path).unwrap().is_some());
        fs::write(&path, "abc").unwrap();
        assert!(open(&path).unwrap().is_some());
        assert_eq!(fs::read(&path).unwrap(), b"abc");
    }

    #[test]
    fn a_second_name_of_another_file_is_not_opened() {
        let folder = tempdir().unwrap();
        let (path, other) = (folder.path().join("x"), folder.path().join("y"));
        fs::write(&other, "abc").unwrap();
        fs::hard_link(&other, &path).unwrap();
        assert!(open(&path).unwrap().is_none());
    }

    /// That nobody has looked at the path before is as if the link had been put there
    /// since.
    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed_even_if_it_is_put_there_in_the_last_moment() {
        let folder = tempdir().unwrap();
        let path = folder.path().join("x");
        for target in ["there", "not-there"] {
            fs::write(folder.path().join("there"), "abc").unwrap();
            std::os::unix::fs::symlink(target, &path).unwrap();
            assert!(open(&path).unwrap().is_none());
            fs::remove_file(&path).unwrap();
        }
        assert!(!folder.path().join("not-there").exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_not_taken_for_a_file() {
        let folder = tempdir().unwrap();
        let path = folder.path().join("x");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        assert!(open(&path).unwrap().is_none());
    }

    #[test]
    fn a_file_system_without_locks_is_no_error() {
        use std::io::{Error, ErrorKind};
        let failed = |e: Error| locked(Err(TryLockError::Error(e)));
        assert!(failed(ErrorKind::Unsupported.into()).unwrap());
        #[cfg(unix)]
        for errno in [
            rustix::io::Errno::OPNOTSUPP,
            rustix::io::Errno::NOTSUP,
            rustix::io::Errno::NOSYS,
            rustix::io::Errno::NOLCK,
        ] {
            assert!(failed(errno.into()).unwrap(), "{errno}");
        }
        assert!(failed(ErrorKind::PermissionDenied.into()).is_err());
        assert!(!locked(Err(TryLockError::WouldBlock)).unwrap());
        assert!(locked(Ok(())).unwrap());
    }
}
