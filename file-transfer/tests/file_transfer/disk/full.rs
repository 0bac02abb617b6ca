//! The disk is full, or fails.

#![cfg(target_os = "linux")]

use testing::program::few_files;
use testing::refused::{Call, refusing};

use crate::disk::content::*;
use crate::downloads::{EARLIER, Folder};
use crate::programs::{BIN, Sharing, by};

const NO_SPACE: u32 = 28;

/// As NFS and FUSE do.
#[test]
fn a_disk_that_is_full_when_it_is_waited_for_saves_nothing() {
    const NOT_KNOWN: u32 = 38;
    let (sharing, dir) = (Sharing::start(&[]), Folder::new());
    let get = || dir.get(&sharing.addr, "abc.txt");
    let full = || refusing(Call::Sync, NO_SPACE, get);
    if let Some(Some(ended)) = refusing(Call::FileSystem, NOT_KNOWN, full) {
        // What has not reached the disk can still be read: nothing goes on with it.
        let wanted = "cannot write DIR/abc.txt.unfinished (no storage space); make \
                      room and get it again";
        assert_eq!(ended.error(), wanted);
        dir.holds(&[]);
        // A disk of this machine is not waited for, where nothing is replaced.
        refusing(Call::Sync, NO_SPACE, get).unwrap().succeeded();
    }
}

/// As FUSE can, too.
#[test]
fn a_disk_that_is_full_when_a_file_is_closed_saves_nothing() {
    let (sharing, dir) = (Sharing::start(&[]), Folder::new());
    let path = dir.path.join("abc.txt.unfinished");
    let late = ["strace", "-fqqo/dev/null", "-einject=fstatfs:error=ENOSYS"];
    let full = ["-einject=close:error=ENOSPC", "-P", path.to_str().unwrap()];
    let Some(words) = by(&[late, full].concat()) else { return };
    let ended = dir.get_by(&words, &sharing.addr, "abc.txt");
    ended.failed("(no storage space); make room and get it again");
    dir.holds(&[]);
}

/// The wait can be long: what is replaced meanwhile must not get the name.
#[test]
fn the_last_look_at_a_beginning_comes_behind_the_wait_for_the_disk() {
    let (dir, logs) = (folder(None), Folder::new());
    let log = logs.path.join("log");
    let calls = ["-etrace=/statx|fdatasync|rename", log.to_str().unwrap()];
    let Some(words) = by(&["strace", calls[0], "-fo", calls[1]]) else {
        return;
    };
    dir.get_by(&words, &share().addr, "x.bin").succeeded();
    let calls = std::fs::read_to_string(log).unwrap();
    let (before, _) = calls.split_once(" rename").unwrap();
    let (_, behind_the_wait) = before.rsplit_once("fdatasync").unwrap();
    assert!(behind_the_wait.contains("/x.bin.unfinished"), "{calls}");
}

/// The last thing that needs one more open file comes when all has arrived.
#[test]
fn a_shortage_of_open_files_at_the_end_keeps_what_has_come() {
    let sharing = Sharing::start(&[]);
    let dir = Folder::with(&[("abc.txt", EARLIER)]);
    // Its three, the connection and the file.
    let few = format!("{}\"$0\" \"$@\"", few_files(5));
    let words = ["bash", "-c", &few, BIN];
    let ended = dir.get_by(&words, &sharing.addr, "abc.txt");
    ended.failed("cannot write DIR/abc.txt.unfinished (too many open files); ");
    ended.failed(" and get it again: it goes on with what has come");
    dir.holds(&[("abc.txt", EARLIER), ("abc.txt.unfinished", b"abc")]);
}

/// What has failed on this machine, and what helps there: it is not the server's fault.
#[test]
fn a_disk_that_fails_is_named_and_what_helps_and_what_has_come_is_kept() {
    const INPUT_OUTPUT: u32 = 5;
    let (sharing, content) = (share(), content());
    for (call, number, kept, wanted) in [
        (
            Call::WriteMuch,
            NO_SPACE,
            7,
            "cannot write DIR/x.bin.unfinished (no storage space); make room and get \
             it again: it goes on with what has come",
        ),
        // EROFS: whatever lies there, it cannot be moved away.
        (Call::Open, 30, 7, "medium); choose another folder with --dir"),
        (
            Call::Rename,
            NO_SPACE,
            content.len(),
            "cannot write DIR/x.bin (no storage space); it has arrived whole: make \
             room, then get it again; or choose another folder with --dir",
        ),
        (
            Call::ReadMuch,
            INPUT_OUTPUT,
            content.len(),
            "cannot read DIR/x.bin.unfinished (Input/output error (os error 5)); \
             remove it, then get it again",
        ),
        // Where nobody can wait for the disk (some of FUSE, and SMB on a Mac), a file is
        // saved without.
        (Call::Sync, 22, 0, ""),
        (Call::Sync, 25, 0, ""), // ENOTTY: ExFAT on a Mac
        (Call::Sync, 95, 0, ""),
    ] {
        let dir = folder(Some(&content[..7]));
        let get = || dir.get(&sharing.addr, "x.bin");
        let Some(ended) = refusing(call, number, get) else { return };
        if wanted.is_empty() {
            ended.succeeded();
            dir.holds(&[("x.bin", &content)]);
        } else {
            assert!(ended.error().ends_with(wanted), "{ended:?}");
            let kept = &content[..kept];
            dir.holds(&[("x.bin", EARLIER), ("x.bin.unfinished", kept)]);
        }
    }
}

#[test]
fn file_systems_that_write_elsewhere_report_late_and_a_disk_does_not() {
    use crate::system::late_kind;
    // NFS, SMB 2, FUSE, 9p; ext4, tmpfs, btrfs.
    let late = [0x6969, 0xfe53_4d42, 0x6573_5546, 0x0102_1997];
    assert!(late.into_iter().all(late_kind));
    assert!(![0xef53, 0x0102_1994, 0x9123_683e].into_iter().any(late_kind));
}

#[test]
fn a_limit_on_the_size_of_files_is_an_error_and_no_sudden_end() {
    let (sharing, around) = (share(), Folder::new());
    let dir = Folder::at(around.path.join("not/yet"));
    let mut again = "get it again";
    // Files of at most so many KiB. Unless told otherwise, a signal ends a program then.
    for size in ["0", "8"] {
        // Of nothing nothing is kept, and no folder either.
        around.holds(&[]);
        let limit = format!("ulimit -f {size}; exec \"$0\" \"$@\"");
        let words = ["bash", "-c", &limit, BIN];
        let ended = dir.get_by(&words, &sharing.addr, "x.bin");
        let error = ended.error();
        let words =
            "cannot write DIR/x.bin.unfinished (file too large); no file may";
        assert!(error.contains(words) && error.ends_with(again), "{error}");
        again = "get it again: it goes on with what has come";
    }
    dir.holds(&[("x.bin.unfinished", &content()[..8 << 10])]);
}
