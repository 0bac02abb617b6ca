//! The disk is full.

#![cfg(target_os = "linux")]

use std::fs;
use std::process::Command;

use tempfile::{TempDir, tempdir};
use testing::Server;
use testing::files::assert_holds;

use crate::BIN;
use crate::disk::content::*;

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
        println!("skipped: a small tmpfs cannot be mounted by this user");
        return;
    };
    let dir = disk.0.path();
    fs::write(dir.join("x.bin"), EARLIER).unwrap();
    let content = content().repeat(5);
    let share = tempdir().unwrap();
    fs::write(share.path().join("x.bin"), &content).unwrap();
    let server = Server::start(BIN, &["--dir", share.path().to_str().unwrap()]);

    let error = one_error(&get(&server.addr, dir, "x.bin"));
    let wanted = format!(
        "cannot get x.bin from {}: cannot write the file (no storage space); make \
         room and get it again: it goes on with what has come",
        server.addr
    );
    assert_eq!(error, wanted);
    let kept = fs::read(dir.join("x.bin.unfinished")).unwrap();
    assert!(kept.len() > 1_000_000 && content.starts_with(&kept));
    assert_holds(dir, &[("x.bin", EARLIER), ("x.bin.unfinished", &kept)]);

    let remount = ["-o", "remount,size=4m"];
    let room = Command::new("mount").args(remount).arg(dir).status().unwrap();
    assert!(room.success());
    succeeded(&get(&server.addr, dir, "x.bin"));
    assert_holds(dir, &[("x.bin", &content)]);
}

#[test]
fn a_file_larger_than_the_system_allows_is_not_answered_with_make_room() {
    let share = tempdir().unwrap();
    fs::write(share.path().join("x.bin"), content()).unwrap();
    let server = Server::start(BIN, &["--dir", share.path().to_str().unwrap()]);
    let dir = tempdir().unwrap();
    // Files of at most 8 KiB. A shell can have the signal ignored that comes then.
    let limit = "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\"";
    let done = Command::new("bash")
        .args(["-c", limit, BIN, "client", "--addr", &server.addr, "--dir"])
        .args([dir.path().to_str().unwrap(), "get", "x.bin"])
        .output()
        .unwrap();
    let error = String::from_utf8(done.stderr).unwrap();
    let wanted =
        "cannot write the file (file too large); no file may be this large";
    assert!(error.contains(wanted), "{error}");
    assert_eq!(done.status.code(), Some(1));
}
