//! Sizes, memory, and many clients at once.

use std::fs;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::thread;

use testing::Server;
use testing::frames::{frame, read_frame};
use testing::raw::rest;

use crate::BIN;
use crate::digest::BUFFER;
use crate::server::sharing::{
    Sharing, abc, assert_same, bytes_read, connect, exchange, get, header,
    md5_of,
};

#[test]
fn files_around_one_buffer_arrive_to_the_byte() {
    let sharing = Sharing::start(&[]);
    for size in [0, 1, BUFFER - 1, BUFFER, BUFFER + 1, 3 * BUFFER] {
        let content = "x".repeat(size);
        sharing.write("x", &content);
        let header = header("x", size as u64, &md5_of(content.as_bytes()));
        let wanted = [&frame(header), content.as_bytes()].concat();
        // Twice: what follows the file has to begin where it ends.
        let reply = exchange(&sharing, &[get("x"), get("x")].concat());
        assert_same(&reply, &[&wanted[..], &wanted].concat());
    }
}

/// Downloads a file of zeros, and asserts that the server's memory stays flat.
#[track_caller]
fn assert_flat(size: u64, sha256: &str) {
    let sharing = Sharing::start(&["--checksum", "sha256"]);
    sharing.write_zeros("zeros", size);
    let mut stream = connect(&sharing);
    stream.set_read_timeout(None).unwrap(); // the digest takes its time
    stream.write_all(&get("zeros")).unwrap();
    assert_eq!(
        read_frame(&mut stream),
        header("zeros", size, sha256).replace("md5", "sha256")
    );
    stream.shutdown(Shutdown::Write).unwrap();
    let mut buffer = vec![0; 1 << 20];
    let mut came = 0;
    loop {
        match stream.read(&mut buffer).unwrap() {
            0 => break,
            n => came += n as u64,
        }
    }
    assert_eq!(came, size);

    // The most that it ever had, as Linux tells it.
    #[cfg(target_os = "linux")]
    {
        let status =
            fs::read_to_string(format!("/proc/{}/status", sharing.id()));
        let status = status.unwrap();
        let most = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
        let most = most.unwrap().trim().strip_suffix(" kB").unwrap();
        eprintln!("{size} bytes sent with {most} KiB of memory");
        assert!(most.parse::<u64>().unwrap() < 16 * 1024, "{most}");
    }
}

#[test]
fn memory_stays_flat_while_256_mib_are_sent() {
    assert_flat(
        256 << 20,
        "a6d72ac7690f53be6ae46ba88506bd97302a093f7108472bd9efc3cefda06484",
    );
}

#[test]
#[ignore = "half a minute: cargo test -p file-transfer --test file_transfer -- --ignored 5_gib"]
fn memory_stays_flat_while_5_gib_are_sent() {
    assert_flat(
        5 << 30,
        "7f06c62352aebd8125b2a1841e2b9e1ffcbed602f381c3dcb3200200e383d1d5",
    );
}

/// A sample file of the lesson is old enough for its digest to be kept.
#[test]
fn a_file_that_thirty_clients_ask_for_at_once_is_hashed_once() {
    let server = Server::start(BIN, &["--dir", "share"]);
    let content = fs::read("share/numbers.txt").unwrap();
    let size = content.len();
    let header = header("numbers.txt", size as u64, &md5_of(&content));
    let wanted = [&frame(header), &content[..]].concat();

    let mut streams: Vec<_> = (0..30).map(|_| connect(&server)).collect();
    let before = bytes_read(&server);
    for stream in &mut streams {
        stream.write_all(&get("numbers.txt")).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
    }
    thread::scope(|scope| {
        for stream in streams {
            scope.spawn(|| assert_same(&rest(stream), &wanted));
        }
    });
    // Once for the digest, and once for each client; the rest is little.
    let files = (bytes_read(&server) - before) / size as u64;
    assert!(files == 31 || !cfg!(target_os = "linux"), "{files} times read");
}

#[test]
fn two_hundred_clients_at_once_are_all_served() {
    let sharing = Sharing::start(&[]);
    let streams: Vec<_> = (0..200).map(|_| connect(&sharing)).collect();
    for mut stream in streams {
        stream.write_all(&get("abc.txt")).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        assert_same(&rest(stream), &abc("abc.txt"));
    }
}

/// A file of zeros takes no room on Unix; a listing has to get its size right.
#[cfg(unix)]
#[test]
fn a_file_of_more_than_4_gib_is_listed_with_its_size() {
    use crate::server::sharing::{list, listing};

    let sharing = Sharing::start(&[]);
    sharing.write_zeros("zeros", 5 << 30);
    let wanted = listing(&[("abc.txt", 3), ("zeros", 5_368_709_120)]);
    assert_same(&exchange(&sharing, &list()), &wanted);
}

/// Header and file are two writes. With Nagle's algorithm, which `--nagle` leaves on, the
/// second waits for an acknowledgement that Linux delays for 40 ms.
#[cfg(target_os = "linux")]
#[test]
fn a_small_file_waits_for_no_acknowledgement_but_with_nagle() {
    use std::time::{Duration, Instant};

    let middle = |options: &[&str]| {
        let sharing = Sharing::start(options);
        let mut stream = connect(&sharing);
        let mut reply = vec![0; abc("abc.txt").len()];
        let mut get = || {
            let started = Instant::now();
            stream.write_all(&get("abc.txt")).unwrap();
            stream.read_exact(&mut reply).unwrap();
            started.elapsed()
        };
        let mut times: Vec<Duration> = (0..15).map(|_| get()).collect();
        times.sort();
        times[7]
    };
    assert!(middle(&[]) < Duration::from_millis(30));
    assert!(middle(&["--nagle"]) >= Duration::from_millis(30));
}
