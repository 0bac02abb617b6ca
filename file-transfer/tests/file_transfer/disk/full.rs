//! The disk is full, or fails.

#![cfg(target_os = "linux")]

use std::fs;
use std::process::Command;

use tempfile::{TempDir, tempdir};
use testing::refused::{Call, refusing};
use testing::run;

use crate::disk::content::*;
use crate::downloads::{EARLIER, Folder};
use crate::programs::{BIN, Sharing};

const NO_SPACE: u32 = 28;

/// A small disk, in memory.
struct SmallDisk(TempDir);

impl SmallDisk {
    /// None when this user cannot mount, as most cannot.
    fn mount(size: &str) -> Option<Self> {
        let dir = tempdir().unwrap();
        let options = format!("size={size}");
        let args = ["-t", "tmpfs", "-o", &options, "tmpfs"];
        let mount = Command::new("mount").args(args).arg(dir.path()).output();
        mount.is_ok_and(|done| done.status.success()).then_some(Self(dir))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[test]
fn a_full_disk_keeps_the_earlier_file_and_what_has_come() {
    let Some(disk) = SmallDisk::mount("1m") else {
        eprintln!("skipped: a small tmpfs cannot be mounted by this user");
        return;
    };
    let dir = Folder::at(disk.0.path().into());
    fs::write(dir.path.join("x.bin"), EARLIER).unwrap();
    let content = content().repeat(5);
    let sharing = Sharing::start(&[]);
    sharing.write("x.bin", &content);

    assert_eq!(
        dir.get(&sharing.addr, "x.bin").error(),
        "cannot get x.bin from ADDR: cannot write DIR/x.bin.unfinished (no storage \
         space); make room and get it again: it goes on with what has come"
    );
    let kept = fs::read(dir.path.join("x.bin.unfinished")).unwrap();
    assert!(kept.len() > 1_000_000 && content.starts_with(&kept));
    dir.holds(&[("x.bin", EARLIER), ("x.bin.unfinished", &kept)]);

    let remount = ["-o", "remount,size=4m"];
    let room = Command::new("mount").args(remount).arg(&dir.path).status();
    assert!(room.unwrap().success());
    dir.get(&sharing.addr, "x.bin").succeeded();
    dir.holds(&[("x.bin", &content)]);
}

/// The tour has no `--dir`: what helps there is another folder for all that is temporary.
#[test]
fn a_tour_on_a_disk_that_is_nearly_full_names_what_helps_there() {
    for size in ["64k", "300k"] {
        let Some(disk) = SmallDisk::mount(size) else { return };
        let mut tour = Command::new(BIN);
        let ended = tour.env("TMPDIR", disk.0.path()).output().unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert!(said.starts_with("error: cannot make "), "{said}");
        assert!(said.contains(" (no storage space); make room there, or"));
        assert_eq!(disk.0.path().read_dir().unwrap().count(), 0);
    }
}

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

/// As FUSE can, too. The program that lets a close fail is not installed everywhere.
#[test]
fn a_disk_that_is_full_when_a_file_is_closed_saves_nothing() {
    let tried = Command::new("strace").arg("true").output();
    if !tried.is_ok_and(|tried| tried.status.success()) {
        eprintln!("skipped: strace is missing, or may not do it");
        return;
    }
    let (sharing, dir) = (Sharing::start(&[]), Folder::new());
    let path = dir.path.join("abc.txt.unfinished");
    let (of, into) = (path.to_str().unwrap(), dir.path.to_str().unwrap());
    let late = ["-fqqo/dev/null", "-einject=fstatfs:error=ENOSYS"];
    let full = ["-einject=close:error=ENOSPC", "-P", of, BIN];
    let get =
        ["client", "--addr", &sharing.addr, "--dir", into, "get", "abc.txt"];
    let ended = run("strace", &[&late[..], &full, &get].concat(), b"");
    let ended = dir.ended(ended, &sharing.addr);
    ended.failed("(no storage space); make room and get it again");
    dir.holds(&[]);
}

/// Some of FUSE, and SMB on a Mac.
#[test]
fn where_nobody_can_wait_for_the_disk_a_file_is_saved_without() {
    let sharing = share();
    for not_supported in [22, 95] {
        let dir = folder(None);
        let get = || dir.get(&sharing.addr, "x.bin");
        if let Some(ended) = refusing(Call::Sync, not_supported, get) {
            ended.succeeded();
            dir.holds(&[("x.bin", &content())]);
        }
    }
}

/// What has failed on this machine, and what helps there: it is not the server's fault.
#[test]
fn a_disk_that_fails_after_the_last_byte_is_named_and_what_helps() {
    const INPUT_OUTPUT: u32 = 5;
    let sharing = share();
    for (call, number, begun, wanted) in [
        (
            Call::Rename,
            NO_SPACE,
            &b""[..],
            "cannot write DIR/x.bin (no storage space); it has arrived whole: make \
             room, then get it again; or choose another folder with --dir",
        ),
        (
            Call::ReadMuch,
            INPUT_OUTPUT,
            &content()[..7],
            "cannot read DIR/x.bin.unfinished (Input/output error (os error 5)); \
             remove it, then get it again",
        ),
    ] {
        let dir = folder(Some(begun));
        let client = || dir.get(&sharing.addr, "x.bin");
        if let Some(ended) = refusing(call, number, client) {
            assert!(ended.error().ends_with(wanted), "{ended:?}");
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
    let path = dir.path.to_str().unwrap();
    let args = ["client", "--addr", &sharing.addr, "--dir", path];
    let mut again = "get it again";
    // Files of at most so many KiB. Unless told otherwise, a signal ends a program then.
    for size in ["0", "8"] {
        // Of nothing nothing is kept, and no folder either.
        around.holds(&[]);
        let limit = format!("ulimit -f {size}; exec \"$0\" \"$@\"");
        let get = [&["-c", &limit, BIN], &args[..], &["get", "x.bin"]];
        let ended = dir.ended(run("bash", &get.concat(), b""), &sharing.addr);
        let error = ended.error();
        let words =
            "cannot write DIR/x.bin.unfinished (file too large); no file may";
        assert!(error.contains(words) && error.ends_with(again), "{error}");
        again = "get it again: it goes on with what has come";
    }
    dir.holds(&[("x.bin.unfinished", &content()[..8 << 10])]);
}
