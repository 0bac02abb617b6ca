//! The real server and the real client.

use std::thread;

use tempfile::tempdir;
use testing::files::{a_file, files};
use testing::refused::run_without_threads;

use crate::BIN;
use crate::client::hello::{
    HELLO, HELLO_MD5, HELLO_SHA256, client, messages, share, share_with,
    type_in,
};
use crate::digest::BUFFER;

#[test]
fn every_size_around_the_buffer_arrives_whole_with_either_digest() {
    let mut sizes = vec![0, 1, 2, 4095, 4096, 4097];
    for buffers in 1..=3 {
        let size = buffers * BUFFER;
        sizes.extend([size - 1, size, size + 1]);
    }
    let pattern: Vec<u8> = (0..=250).cycle().take(4 * BUFFER).collect();
    let names: Vec<String> = sizes.iter().map(usize::to_string).collect();
    let wanted: Vec<_> = names
        .iter()
        .zip(&sizes)
        .map(|(name, size)| a_file(name, &pattern[..*size]))
        .collect();
    let files_there: Vec<(&str, &[u8])> =
        wanted.iter().map(|(name, bytes)| (&name[..], &bytes[..])).collect();

    for algorithm in ["md5", "sha256"] {
        let options = ["--checksum", algorithm];
        let (_share, server) = share_with(&files_there, &options);
        let dir = tempdir().unwrap();
        let names = names.iter().map(String::as_str);
        let args: Vec<&str> = ["get"].into_iter().chain(names).collect();
        let done = client(&server.addr, dir.path(), &args, b"");
        assert_eq!((done.status, messages(&done)), (0, "".into()));
        for line in done.text().lines() {
            let told =
                [" byte, ", " bytes, "].map(|s| format!("{s}{algorithm} "));
            assert!(told.iter().any(|told| line.contains(told)), "{line}");
        }
        let mut got = files(dir.path());
        got.sort();
        let mut wanted = wanted.clone();
        wanted.sort();
        assert!(got == wanted, "{algorithm}");
    }
}

/// The client hashes a large file on a thread of its own, where it gets one.
#[test]
fn a_system_without_threads_costs_time_and_no_file() {
    let wanted = a_file("large", &[7; 3 * BUFFER]);
    let (_share, server) = share_with(&[(&wanted.0, &wanted.1)], &[]);
    let dir = tempdir().unwrap();
    let path = dir.path().to_str().unwrap();
    let args =
        ["client", "--addr", &server.addr, "--dir", path, "get", "large"];
    if let Some(done) = run_without_threads(BIN, &args) {
        assert_eq!((done.status, messages(&done)), (0, "".into()));
        assert_eq!(files(dir.path()), [wanted]);
    }
}

#[test]
fn the_digests_are_those_that_everybody_computes() {
    let known: [(&str, &[u8], &str, &str); 3] = [
        (
            "empty",
            b"",
            "d41d8cd98f00b204e9800998ecf8427e",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
        (
            "abc",
            b"abc",
            "900150983cd24fb0d6963f7d28e17f72",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ),
        ("hello", HELLO, HELLO_MD5, HELLO_SHA256),
    ];
    let files_there = known.map(|(name, bytes, _, _)| (name, bytes));
    for algorithm in ["md5", "sha256"] {
        let (_share, server) =
            share_with(&files_there, &["--checksum", algorithm]);
        for (name, bytes, md5, sha256) in known {
            let digest = if algorithm == "md5" { md5 } else { sha256 };
            let (done, _) = type_in(&server, format!("get {name}").as_bytes());
            let told = format!(
                "{name}: {} bytes, {algorithm} {digest}, ",
                bytes.len()
            );
            assert!(done.text().starts_with(&told), "{done:?}");
        }
    }
}

#[test]
fn two_hundred_clients_at_once_get_the_same_file() {
    let bytes = vec![b'x'; 100_000];
    let (_share, server) = share(&[("x.bin", &bytes)]);
    let (addr, bytes) = (&server.addr, &bytes);
    thread::scope(|scope| {
        for _ in 0..200 {
            scope.spawn(move || {
                let dir = tempdir().unwrap();
                let done = client(addr, dir.path(), &["get", "x.bin"], b"");
                assert_eq!((done.status, messages(&done)), (0, "".into()));
                assert!(files(dir.path()) == [a_file("x.bin", bytes)]);
            });
        }
    });
}
