//! The real server and the real client: files of every size.

use std::collections::BTreeMap;
#[cfg(target_os = "linux")]
use std::io::{BufRead, BufReader, Write};

use testing::refused::run_without_threads;

use crate::digest::BUFFER;
use crate::downloads::Folder;
use crate::files::files;
use crate::programs::{BIN, Sharing};

#[test]
fn every_size_around_the_buffer_arrives_whole_with_either_digest() {
    let around = |size| [size - 1, size, size + 1];
    let sizes = [1, 4096, BUFFER, 2 * BUFFER, 3 * BUFFER].map(around).concat();
    let pattern = Vec::from_iter(0..=250).repeat(4 * BUFFER / 251);
    for algorithm in ["md5", "sha256"] {
        let sharing = Sharing::start(&["--checksum", algorithm]);
        let file = |size: &usize| (size.to_string(), pattern[..*size].to_vec());
        let wanted: BTreeMap<_, _> = sizes.iter().map(file).collect();
        for (name, bytes) in &wanted {
            sharing.write(name, bytes);
        }
        let names = wanted.keys().map(String::as_str);
        let args: Vec<&str> = ["get"].into_iter().chain(names).collect();
        let dir = Folder::new();
        let ended = dir.run(&sharing.addr, &args, "");
        ended.succeeded();
        for line in ended.out.lines() {
            let told =
                [" byte, ", " bytes, "].map(|s| format!("{s}{algorithm} "));
            assert!(told.iter().any(|told| line.contains(told)), "{line}");
        }
        assert!(files(&dir.path) == wanted, "{algorithm}");
    }
}

/// The client hashes a large file on a thread of its own, where it gets one.
#[test]
fn a_system_without_threads_costs_time_and_no_file() {
    let (sharing, dir) = (Sharing::start(&[]), Folder::new());
    let large = vec![7; 3 * BUFFER];
    sharing.write("large", &large);
    let path = dir.path.to_str().unwrap();
    let args =
        ["client", "--addr", &sharing.addr, "--dir", path, "get", "large"];
    if let Some(done) = run_without_threads(BIN, &args) {
        dir.ended(done, &sharing.addr).succeeded();
        dir.holds(&[("large", &large)]);
    }
}

/// Neither end holds a file in its memory.
#[cfg(target_os = "linux")]
fn assert_flat(size: u64, md5: &str) {
    let (sharing, dir) = (Sharing::start(&[]), Folder::new());
    sharing.write_zeros("zeros", size);
    let mut client = dir.client(&sharing.addr, &["--timeout", "99"]);
    let mut client =
        client.stdin(std::process::Stdio::piped()).spawn().unwrap();
    let mut stdin = client.stdin.take().unwrap();
    stdin.write_all(b"get zeros\n").unwrap();
    let mut line = String::new();
    let stdout = client.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    let told = format!("zeros: {size} bytes, md5 {md5}, ");
    assert!(line.starts_with(&told), "{line}");
    // The client waits for the next command now.
    for pid in [client.id(), sharing.id()] {
        let path = format!("/proc/{pid}/status");
        let status = std::fs::read_to_string(path).unwrap();
        let peak = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
        let kib = peak.unwrap().trim().strip_suffix(" kB").unwrap();
        assert!(kib.parse::<u64>().unwrap() < 16 * 1024, "{kib} KiB");
    }
    drop(stdin);
    assert!(client.wait().unwrap().success());
}

#[cfg(target_os = "linux")]
#[test]
fn a_large_file_takes_no_more_memory_than_a_small_one() {
    assert_flat(32 << 20, "58f06dd588d8ffb3beb46ada6309436b"); // as md5sum prints it
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "a minute: --release --test file_transfer 5_gib -- --ignored"]
fn memory_stays_flat_while_5_gib_are_sent() {
    assert_flat(5 << 30, "ec4bcc8776ea04479b786e063a9ace45");
}
