//! stdout carries the work, stderr messages about it, and both may have no reader.

use std::fs;
use std::process::Stdio;

use tempfile::tempdir;
use testing::program::finish;
use testing::{closed_pipe, full_disk};

use crate::programs::{Sharing, client};

/// Runs a client whose stdout, and perhaps stderr, is a pipe that nobody reads any more.
/// Returns its status, what it said, and whether abc.txt has arrived.
fn unread(args: &[&str], input: &[u8], stderr: Stdio) -> (i32, String, bool) {
    let sharing = Sharing::start(&[]);
    let dir = tempdir().unwrap();
    // The client logs that it has to begin again.
    fs::write(dir.path().join("abc.txt.unfinished"), b"x").unwrap();
    let mut command = client(&sharing.addr, dir.path(), args);
    command.stdout(closed_pipe()).stderr(stderr);
    let done = finish(command, input);
    let saved = fs::read(dir.path().join("abc.txt"));
    (done.status, done.stderr, saved.is_ok_and(|bytes| bytes == b"abc"))
}

#[test]
fn a_message_that_nobody_reads_ends_no_download_and_changes_no_status() {
    for (get, status) in
        [(&["get", "abc.txt"][..], 0), (&["get", "missing.txt", "abc.txt"], 1)]
    {
        let done = unread(get, b"", closed_pipe());
        assert_eq!(done, (status, "".into(), true));
    }
}

/// `printf 'list\nget abc.txt\n' | client | head -1`
#[test]
fn a_closed_pipe_ends_a_listing_and_not_the_download_after_it() {
    let (status, _log, saved) =
        unread(&[], b"list\nget abc.txt\n", Stdio::piped());
    assert_eq!((status, saved), (0, true));
}

#[test]
fn a_listing_that_cannot_be_printed_is_one_error() {
    let Some(full) = full_disk() else { return };
    let sharing = Sharing::start(&[]);
    let mut command = client(&sharing.addr, sharing.folder.path(), &["list"]);
    command.stdout(full).stderr(Stdio::piped());
    let done = finish(command, b"");
    let wanted = format!(
        "error: cannot list the files of {}: cannot write to standard output \
         (no storage space); make room, or send it somewhere else\n",
        sharing.addr
    );
    assert_eq!((done.status, done.stderr), (1, wanted));
}
