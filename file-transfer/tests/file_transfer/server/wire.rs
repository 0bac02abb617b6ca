//! Requests as they should be, the exact bytes of the replies, and the lines of the log.

use std::fs;
use std::io::Write;
use std::net::Shutdown;

use testing::raw::rest;

use crate::messages::{abc, file_from, get, get_from, list, listing};
use crate::programs::{Sharing, assert_replies, connect};

#[test]
fn a_listing_is_a_count_and_then_the_files_by_name() {
    let sharing = Sharing::start(&[]);
    fs::remove_file(sharing.path("abc.txt")).unwrap();
    assert_replies(&sharing, &list(), &listing(&[]));
    let mut files = vec![("B", 1), ("a", 3), ("empty", 0), ("粘包.txt", 5)];
    if cfg!(unix) {
        files.push(("粘包.zeros", 5 << 30)); // takes no room there
    }
    for (name, size) in &files {
        sharing.write_zeros(name, *size);
    }
    fs::create_dir(sharing.path("folder")).unwrap();
    assert_replies(&sharing, &list(), &listing(&files));
}

#[test]
fn an_offset_gets_the_bytes_from_there_and_the_digest_of_the_whole() {
    let sharing = Sharing::start(&[]);
    for offset in [1, 2, 3] {
        // What follows has to begin where these end.
        let requests = [get_from("abc.txt", offset), get("abc.txt")].concat();
        let rest = file_from("abc.txt", b"abc", offset);
        let wanted = [rest, abc("abc.txt")].concat();
        assert_replies(&sharing, &requests, &wanted);
    }
    // No offset, and one that only another file can have: the whole file.
    for offset in [0, 4, 1 << 32, 1 << 63, u64::MAX] {
        let request = get_from("abc.txt", offset);
        assert_replies(&sharing, &request, &abc("abc.txt"));
    }
}

#[test]
fn the_log_says_who_asks_for_what() {
    let sharing = Sharing::start(&[]);
    let stream = connect(&sharing);
    let peer = stream.local_addr().unwrap();
    (&stream).write_all(&[get("粘包"), list()].concat()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    rest(stream);
    let wanted = format!(
        "{peer} connected\n{peer} get \"粘包\"\n{peer} no such file: 粘包\n\
         {peer} list\n{peer} closed\n"
    );
    sharing.said(|log| log.ends_with(&wanted));
}

/// Header and file are two writes. With Nagle's algorithm, which `--nagle` leaves on, the
/// second waits for an acknowledgement that Linux delays for 40 ms.
#[cfg(target_os = "linux")]
#[test]
fn a_small_file_waits_for_no_acknowledgement_but_with_nagle() {
    use std::io::Read;
    use std::time::{Duration, Instant};

    let fourth = |options: &[&str]| {
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
        times[3] // on a busy machine most of them are late
    };
    // The difference is the same on a slow machine.
    let (together, apart) = (fourth(&[]), fourth(&["--nagle"]));
    let waits = apart.saturating_sub(together);
    assert!(waits > Duration::from_millis(20), "{together:?}, {apart:?}");
}
