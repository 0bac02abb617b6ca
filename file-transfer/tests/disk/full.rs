//! The disk is full.

#![cfg(target_os = "linux")]

use std::fs;
use std::process::Command;

use tempfile::{TempDir, tempdir};
use testing::Server;
use testing::files::assert_holds;

use crate::content::*;

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
        "cannot get x.bin from {}: cannot write the file; make room and get it \
         again: it goes on with what has come: No space left on device (os \
         error 28)",
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
