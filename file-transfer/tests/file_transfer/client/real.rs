//! The real server and the real client.

use std::collections::BTreeMap;

use tempfile::tempdir;
use testing::refused::run_without_threads;

use crate::digest::BUFFER;
use crate::files::{assert_holds, files};
use crate::programs::{BIN, Sharing, assert_succeeded, run_client};

#[test]
fn every_size_around_the_buffer_arrives_whole_with_either_digest() {
    let around = |size| [size - 1, size, size + 1];
    let sizes = [1, 4096, BUFFER, 2 * BUFFER, 3 * BUFFER].map(around).concat();
    let pattern: Vec<u8> = (0..=250).cycle().take(4 * BUFFER).collect();
    for algorithm in ["md5", "sha256"] {
        let sharing = Sharing::start(&["--checksum", algorithm]);
        let file = |size: &usize| (size.to_string(), pattern[..*size].to_vec());
        let wanted: BTreeMap<_, _> = sizes.iter().map(file).collect();
        for (name, bytes) in &wanted {
            sharing.write(name, bytes);
        }
        let names = wanted.keys().map(String::as_str);
        let args: Vec<&str> = ["get"].into_iter().chain(names).collect();
        let dir = tempdir().unwrap();
        let done = run_client(&sharing.addr, dir.path(), &args, b"");
        assert_succeeded(&done);
        for line in done.text().lines() {
            let told =
                [" byte, ", " bytes, "].map(|s| format!("{s}{algorithm} "));
            assert!(told.iter().any(|told| line.contains(told)), "{line}");
        }
        assert!(files(dir.path()) == wanted, "{algorithm}");
    }
}

/// The client hashes a large file on a thread of its own, where it gets one.
#[test]
fn a_system_without_threads_costs_time_and_no_file() {
    let sharing = Sharing::start(&[]);
    let large = vec![7; 3 * BUFFER];
    sharing.write("large", &large);
    let dir = tempdir().unwrap();
    let path = dir.path().to_str().unwrap();
    let args =
        ["client", "--addr", &sharing.addr, "--dir", path, "get", "large"];
    if let Some(done) = run_without_threads(BIN, &args) {
        assert_succeeded(&done);
        assert_holds(dir.path(), &[("large", &large)]);
    }
}
