//! A client that fails, and what it leaves behind.

use tempfile::tempdir;
use testing::RawServer;

use crate::files::assert_holds;
use crate::programs::{EARLIER, folder_with_an_earlier, one_error, run_client};

pub const STALLED: &str = "ADDR has stopped answering (timed out); look at the \
                           other end, or give it more time with --timeout";

/// Fails to get abc.txt: an earlier one is whole, and this has been kept of the new one.
/// Returns why.
#[track_caller]
pub fn refused(server: RawServer, kept: Option<&[u8]>) -> String {
    let dir = folder_with_an_earlier("abc.txt");
    let args = ["--timeout", "0.2", "get", "abc.txt"];
    let done = run_client(&server.addr, dir.path(), &args, b"");
    let error = one_error(&done, &server.addr);
    assert_eq!(done.text(), "");
    let mut wanted = vec![("abc.txt", EARLIER)];
    wanted.extend(kept.map(|bytes| ("abc.txt.unfinished", bytes)));
    assert_holds(dir.path(), &wanted);
    server.end();
    error.strip_prefix("cannot get abc.txt from ADDR: ").unwrap().into()
}

/// Fails to list after this many lines, with so much patience; returns why.
#[track_caller]
pub fn list_fails(server: RawServer, timeout: &str, lines: usize) -> String {
    let dir = tempdir().unwrap();
    let args = ["--timeout", timeout, "list"];
    let done = run_client(&server.addr, dir.path(), &args, b"");
    assert_eq!(done.text().lines().count(), lines);
    let error = one_error(&done, &server.addr);
    server.end();
    error.strip_prefix("cannot list the files of ADDR: ").unwrap().into()
}
