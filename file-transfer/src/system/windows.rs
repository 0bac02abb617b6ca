//! What std leaves to Windows.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::windows::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use winapi_util::file::information;

const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;
const FILE_FLAG_BACKUP_SEMANTICS: u32 = 0x0200_0000;

/// Windows has no signal for a terminal that is closed.
pub const HANGUP: &[i32] = &[];

/// Opens a link itself, and not what it leads to, and a folder, too: then what is open
/// is no file.
pub fn follow_no_link(options: &mut OpenOptions) -> &mut OpenOptions {
    let flags = FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS;
    options.custom_flags(flags)
}

/// Which file on which disk this is.
fn identity(file: &File) -> io::Result<[u64; 2]> {
    let information = information(file)?;
    Ok([information.volume_serial_number(), information.file_index()])
}

/// Does the path lead to the open file? (Of a file that is not open, Windows does not say
/// which it is.)
pub fn leads_to(path: &Path, file: &File, _: &Metadata) -> io::Result<bool> {
    let mut options = OpenOptions::new();
    let there = follow_no_link(options.read(true)).open(path)?;
    Ok(identity(&there)? == identity(file)?)
}

/// Waits for the disk, where there is such a wait.
pub fn sync(file: &File) -> io::Result<()> {
    file.sync_data().or_else(|e| match e.kind() {
        ErrorKind::Unsupported | ErrorKind::InvalidInput => Ok(()),
        _ => Err(e),
    })
}

/// Windows says all of it before.
pub fn close(_: File) -> io::Result<()> {
    Ok(())
}

/// Gives a file its name, in place of an older one. Windows refuses that as long as some
/// program has the older one open, which is mostly a moment: another client, or a scanner
/// that looks for viruses. So try again, for a second.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    const ACCESS_DENIED: Option<i32> = Some(5);
    const SHARING_VIOLATION: Option<i32> = Some(32);
    let end = Instant::now() + Duration::from_secs(1);
    loop {
        let renamed = fs::rename(from, to);
        let number = renamed.as_ref().err().and_then(io::Error::raw_os_error);
        let is_open = [ACCESS_DENIED, SHARING_VIOLATION].contains(&number);
        if !is_open || Instant::now() > end {
            return renamed;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

pub fn names(file: &File, _: &Metadata) -> io::Result<u64> {
    Ok(information(file)?.number_of_links())
}

/// Windows tells no change time: here the modification time has to be enough.
pub fn state(file: &File, seen: &Metadata) -> io::Result<[u64; 4]> {
    let [disk, number] = identity(file)?;
    Ok([disk, number, seen.last_write_time(), 0])
}

pub fn reports_late(_: &File) -> bool {
    false
}
