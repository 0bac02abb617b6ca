//! Memory.

#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};

use tempfile::tempdir;
use testing::Server;

use crate::BIN;
use crate::disk::content::*;

#[test]
fn a_large_file_takes_no_more_memory_than_a_small_one() {
    let share = tempdir().unwrap();
    let size = 256 << 20;
    let big = File::create(share.path().join("big")).unwrap();
    big.set_len(size).unwrap();
    let server = Server::start(BIN, &["--dir", share.path().to_str().unwrap()]);
    let dir = tempdir().unwrap();
    let mut client = spawn(&server.addr, dir.path(), &[]);
    let mut stdin = client.stdin.take().unwrap();
    let mut stdout = BufReader::new(client.stdout.take().unwrap());
    let mut line = String::new();

    stdin.write_all(b"get big\n").unwrap();
    stdout.read_line(&mut line).unwrap();
    // Of 256 MiB of zeros, as md5sum prints it.
    let told = "big: 268435456 bytes, md5 1f5039e50bd66b290c56684d8550c6c2, ";
    assert!(line.starts_with(told), "{line}");
    for pid in [client.id(), server.id()] {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let peak = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
        let kib = peak.unwrap().trim().strip_suffix(" kB").unwrap();
        assert!(kib.parse::<u64>().unwrap() < 16 * 1024, "{kib} KiB");
    }
    drop(stdin);
    assert!(client.wait().unwrap().success());
}
