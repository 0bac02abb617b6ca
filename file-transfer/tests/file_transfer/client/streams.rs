//! stdout carries the work, stderr messages about it, and both may have no reader.

use testing::program::finish;
use testing::{closed_pipe, full_disk};

use crate::downloads::Folder;
use crate::programs::Sharing;

/// `printf 'list\nget abc.txt\n' | client | head -1`, and nobody reads stderr either.
#[test]
fn what_nobody_reads_ends_no_download_and_changes_no_status() {
    let sharing = Sharing::start(&[]);
    for (args, input, status) in [
        (&["get", "abc.txt"][..], "", 0),
        (&["get", "missing.txt", "abc.txt"], "", 1),
        (&[], "list\nget abc.txt\n", 0),
    ] {
        // The client logs that it has to begin again.
        let dir = Folder::with(&[("abc.txt.unfinished", b"x")]);
        let mut command = dir.client(&sharing.addr, args);
        command.stdout(closed_pipe()).stderr(closed_pipe());
        assert_eq!(finish(command, input.as_bytes()).status, status);
        dir.holds(&[("abc.txt", b"abc")]);
    }
}

#[test]
fn a_listing_that_cannot_be_printed_is_one_error() {
    let Some(full) = full_disk() else { return };
    let (sharing, dir) = (Sharing::start(&[]), Folder::new());
    let mut command = dir.client(&sharing.addr, &["list"]);
    command.stdout(full);
    let done = finish(command, b"");
    let wanted = "cannot list the files of ADDR: cannot write to standard output \
                  (no storage space); make room, or send it somewhere else";
    assert_eq!(dir.ended(done, &sharing.addr).error(), wanted);
}
