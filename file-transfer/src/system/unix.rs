//! What std leaves to Unix.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use io_close::Close;
use rustix::fs::{OFlags, fsync};
use rustix::io::{Errno, retry_on_intr};
use signal_hook::consts::{SIGHUP, SIGXFSZ};
use signal_hook::flag;

/// Opens no link, and waits for nobody (a pipe would wait for its other end).
pub fn follow_no_link(options: &mut OpenOptions) -> &mut OpenOptions {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    options.custom_flags(flags.bits().cast_signed())
}

/// Does the path lead to the open file, which looked like that: is it the same number on
/// the same disk? FUSE may give a file another number each time that somebody looks: then
/// it is the same if it looks the same.
pub fn leads_to(path: &Path, file: &File, seen: &Metadata) -> io::Result<bool> {
    let there = path.symlink_metadata()?;
    let looks = |it: &Metadata| (it.mode(), it.size(), it.modified().ok());
    Ok((there.dev(), there.ino()) == (seen.dev(), seen.ino())
        || reports_late(file) && looks(&there) == looks(&file.metadata()?))
}

/// Waits for the disk, where there is such a wait. std asks a Mac for one that SMB and
/// ExFAT do not have there: they have an older one.
pub fn sync(file: &File) -> io::Result<()> {
    let is_none = |e: io::Error| match (e.kind(), Errno::from_io_error(&e)) {
        (ErrorKind::Unsupported | ErrorKind::InvalidInput, _) => Ok(()),
        // On a Mac std has no kind for these.
        (_, Some(Errno::NOTSUP | Errno::NOTTY)) => Ok(()),
        _ => Err(e),
    };
    file.sync_data().or_else(|e| {
        is_none(e)?;
        retry_on_intr(|| fsync(file)).or_else(|e| is_none(e.into()))
    })
}

/// Closes a file, and returns the error of that, which std throws away.
pub fn close(file: File) -> io::Result<()> {
    file.close()
}

/// Gives a file its name, in place of an older one.
pub use std::fs::rename;

/// How many names (hard links) it has.
pub fn names(_: &File, seen: &Metadata) -> io::Result<u64> {
    Ok(seen.nlink())
}

/// Which file on which disk, and when it was last written to or replaced. The
/// modification time does not tell: `cp -p` and archives bring an old one along. The
/// change time cannot be set.
pub fn state(_: &File, seen: &Metadata) -> io::Result<[u64; 4]> {
    let changed = [seen.ctime(), seen.ctime_nsec()].map(i64::cast_unsigned);
    Ok([seen.dev(), seen.ino(), changed[0], changed[1]])
}

/// May the file system find out only later that it has no room, as those do that write to
/// another machine or through another program?
pub fn reports_late(file: &File) -> bool {
    // Where it does not say what it is: it may.
    let Ok(about) = rustix::fs::fstatfs(file) else { return true };
    #[cfg(any(target_os = "linux", target_os = "android"))]
    return late_kind(about.f_type as u32);
    // The others have a flag for a disk of their own (MNT_LOCAL).
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    return about.f_flags as u64 & 0x1000 == 0;
}

/// The numbers are those of statfs(2): NFS, SMB (three of them), FUSE, 9p, Ceph, AFS.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub fn late_kind(kind: u32) -> bool {
    const LATE: [u32; 8] = [
        0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x65735546, 0x01021997,
        0x00c36400, 0x5346414f,
    ];
    LATE.contains(&kind)
}

/// The signal that says: the terminal has been closed.
pub const HANGUP: &[i32] = &[SIGHUP];

/// Lets a limit on the size of files be an error of the write, as a full disk is. Unless
/// told otherwise the system ends the program then, without a word (SIGXFSZ).
pub fn survive_a_limit() {
    // Nobody looks whether the signal has come: the write says so.
    let _ = flag::register(SIGXFSZ, Arc::<AtomicBool>::default());
}
