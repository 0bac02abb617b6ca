//! Memory: neither end holds a file in it.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use tempfile::tempdir;

use crate::programs::{Sharing, client};

fn assert_flat(size: u64, md5: &str) {
    let sharing = Sharing::start(&[]);
    sharing.write_zeros("zeros", size);
    let dir = tempdir().unwrap();
    let mut client = client(&sharing.addr, dir.path(), &["--timeout", "99"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = client.stdin.take().unwrap();
    stdin.write_all(b"get zeros\n").unwrap();
    let mut line = String::new();
    let stdout = client.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    let told = format!("zeros: {size} bytes, md5 {md5}, ");
    assert!(line.starts_with(&told), "{line}");
    // The client waits for the next command now.
    for pid in [client.id(), sharing.id()] {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let peak = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
        let kib = peak.unwrap().trim().strip_suffix(" kB").unwrap();
        assert!(kib.parse::<u64>().unwrap() < 16 * 1024, "{kib} KiB");
    }
    drop(stdin);
    assert!(client.wait().unwrap().success());
}

#[test]
fn a_large_file_takes_no_more_memory_than_a_small_one() {
    assert_flat(32 << 20, "58f06dd588d8ffb3beb46ada6309436b"); // as md5sum prints it
}

#[test]
#[ignore = "a minute: --release --test file_transfer 5_gib -- --ignored"]
fn memory_stays_flat_while_5_gib_are_sent() {
    assert_flat(5 << 30, "ec4bcc8776ea04479b786e063a9ace45");
}
