//! The real server and the real client: files of every size.

use std::collections::BTreeMap;
#[cfg(target_os = "linux")]
use std::io::{BufRead, BufReader, Write};

use testing::refused::run_without_threads;
#[cfg(target_os = "linux")]
use testing::{Server, program::finish};

use crate::digest::BUFFER;
use crate::downloads::{Folder, files};
use crate::messages::content;
use crate::programs::Sharing;
#[cfg(target_os = "linux")]
use crate::programs::{BIN, by, until};

#[test]
fn every_size_around_the_buffer_arrives_whole_with_either_digest() {
    let around = |size| [size - 1, size, size + 1];
    let sizes = [1, 4096, BUFFER, 2 * BUFFER, 3 * BUFFER].map(around).concat();
    let all = content(4 * BUFFER);
    for algorithm in ["md5", "sha256"] {
        let sharing = Sharing::start(&["--checksum", algorithm]);
        let file = |size: &usize| (size.to_string(), all[..*size].to_vec());
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
            assert!(line.contains(&format!(", {algorithm} ")), "{line}");
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
    let client = dir.client(&sharing.addr, &["get", "large"]);
    if let Some(done) = run_without_threads(client) {
        dir.ended(done, &sharing.addr).succeeded();
        dir.holds(&[("large", &large)]);
    }
}

/// What makes small files slow is how often a program asks the system for something.
#[cfg(target_os = "linux")]
#[test]
fn a_small_file_takes_few_calls_of_the_system_at_either_end() {
    let logs = Folder::new();
    let log = |name| logs.path.join(name).to_str().unwrap().to_string();
    let (served, got) = (log("served"), log("got"));
    let Some(words) = by(&["strace", "-fo", &got]) else { return };
    let names = Vec::from_iter((100..200).map(|n| n.to_string()));
    let (dir, kib) = (Folder::new(), [b'x'; 1024]);
    let wanted = Vec::from_iter(names.iter().map(|n| (&n[..], &kib[..])));
    let shared = Folder::with(&wanted);
    // The server itself is what is started, and strace is a child of its own (-D).
    let path = shared.path.to_str().unwrap();
    let server = ["server", "--addr", "127.0.0.1:0", "--dir", path];
    let args = [&["-Dfo", &served, BIN][..], &server].concat();
    let server = Server::listening("strace", &args);
    // An empty line is in between: so nothing is asked for ahead, which takes fewer.
    let typed: String = names.iter().map(|n| format!("get {n}\n\n")).collect();
    let client = dir.client_by(&words, &server.addr, &[]);
    dir.ended(finish(client, typed.as_bytes()), &server.addr).succeeded();
    dir.holds(&wanted);
    // Its start and its end are counted, too; and for a moment strace still writes.
    for (log, most) in [(served, 12), (got, 20)] {
        let calls = || std::fs::read_to_string(&log).unwrap();
        until(|| calls().contains("exited"));
        let all = calls().lines().count();
        assert!((500..=100 * most).contains(&all), "{all} calls, 100 files");
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
