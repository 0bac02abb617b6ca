//! The disk is full.

#![cfg(target_os = "linux")]

use std::fs;
use std::process::Command;

use tempfile::{TempDir, tempdir};
use testing::run;

use crate::disk::content::*;
use crate::files::assert_holds;
use crate::programs::{BIN, EARLIER, Sharing, assert_succeeded, one_error};

/// A disk of one mebibyte, in memory.
struct SmallDisk(TempDir);

impl SmallDisk {
    /// None when this user cannot mount, as most cannot.
    fn mount() -> Option<Self> {
        let dir = tempdir().unwrap();
        let args = ["-t", "tmpfs", "-o", "size=1m", "tmpfs"];
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
    let Some(disk) = SmallDisk::mount() else {
        eprintln!("skipped: a small tmpfs cannot be mounted by this user");
        return;
    };
    let dir = disk.0.path();
    fs::write(dir.join("x.bin"), EARLIER).unwrap();
    let content = content().repeat(5);
    let sharing = Sharing::start(&[]);
    sharing.write("x.bin", &content);

    let error = one_error(&get_x(&sharing.addr, dir), &sharing.addr);
    let wanted = "cannot get x.bin from ADDR: cannot write the file (no storage \
                  space); make room and get it again: it goes on with what has come";
    assert_eq!(error, wanted);
    let kept = fs::read(dir.join("x.bin.unfinished")).unwrap();
    assert!(kept.len() > 1_000_000 && content.starts_with(&kept));
    assert_holds(dir, &[("x.bin", EARLIER), ("x.bin.unfinished", &kept)]);

    let remount = ["-o", "remount,size=4m"];
    let room = Command::new("mount").args(remount).arg(dir).status().unwrap();
    assert!(room.success());
    assert_succeeded(&get_x(&sharing.addr, dir));
    assert_holds(dir, &[("x.bin", &content)]);
}

#[test]
fn a_limit_on_the_size_of_files_is_an_error_and_no_sudden_end() {
    let sharing = share();
    let dir = tempdir().unwrap();
    // Files of at most 8 KiB. Unless told otherwise, a signal ends a program then.
    let limit = "ulimit -f 8; exec \"$0\" \"$@\"";
    let dir = dir.path().to_str().unwrap();
    let args = ["-c", limit, BIN, "client", "--addr", &sharing.addr];
    let done = run(
        "bash",
        &[&args[..], &["--dir", dir, "get", "x.bin"]].concat(),
        b"",
    );
    let error = one_error(&done, &sharing.addr);
    let wanted =
        "cannot write the file (file too large); no file may be this large";
    assert!(error.contains(wanted), "{error}");
}
