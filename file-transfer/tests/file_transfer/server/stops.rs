//! Clients that stop in the middle, and too many clients.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::thread;
use std::time::Duration;
#[cfg(target_os = "linux")]
use std::time::Instant;

use socket2::SockRef;
use testing::frames::read_frame;
use testing::raw::rest;

use crate::BIN;
use crate::server::sharing::{
    LONG, Sharing, abc, assert_same, assert_serves, connect, error, exchange,
    get, list,
};

#[test]
fn half_a_length_and_then_the_end_is_an_error_that_says_how_much_is_missing() {
    let sharing = Sharing::start(&[]);
    let reply = exchange(&sharing, &list()[..2]);
    let message = "the stream ended inside a frame: 2 of the 4 bytes of its \
                   length are missing; a request is the length of its JSON as \
                   four bytes, highest first, and then the JSON, such as \
                   {\"command\":\"list\"}";
    assert_same(&reply, &error(message));
    assert_serves(&sharing);
}

#[test]
fn half_a_frame_and_then_the_end_is_an_error_that_says_how_much_is_missing() {
    let sharing = Sharing::start(&[]);
    // What came before it is answered all the same.
    let reply = exchange(&sharing, &[&get("abc.txt"), &list()[..15]].concat());
    let message = "the stream ended inside a frame: 7 of the 18 bytes of its \
                   payload are missing; a request is the length of its JSON as \
                   four bytes, highest first, and then the JSON, such as \
                   {\"command\":\"list\"}";
    assert_same(&reply, &[abc("abc.txt"), error(message)].concat());
    assert_serves(&sharing);
}

#[test]
fn half_a_frame_and_then_a_close_ends_that_connection_only() {
    let sharing = Sharing::start(&[]);
    connect(&sharing).write_all(&list()[..10]).unwrap();
    sharing.said(|log| log.contains("dropped: "));
    assert_serves(&sharing);
}

#[test]
fn half_a_frame_and_then_silence_is_told_so_and_dropped() {
    let sharing = Sharing::start(&["--timeout", "0.1"]);
    let message = "the client has stopped in the middle (timed out)";
    let mut streams = Vec::new();
    for part in [&list()[..2], &list()[..10]] {
        let mut stream = connect(&sharing);
        stream.write_all(part).unwrap();
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply).unwrap();
        assert_same(&reply, &error(message));
        streams.push(stream); // silent, and still there
    }
    let told = format!("dropped: {message}\n");
    sharing.said(|log| log.matches(&told).count() == 2);
    assert_serves(&sharing);
}

#[test]
fn a_client_idle_at_its_prompt_is_not_dropped() {
    let sharing = Sharing::start(&["--timeout", "0.1"]);
    let mut idle = connect(&sharing);
    let mut used = connect(&sharing);
    used.write_all(&get("abc.txt")).unwrap();
    let mut reply = vec![0; abc("abc.txt").len()];
    used.read_exact(&mut reply).unwrap();
    sharing.said(|log| log.matches("connected").count() == 2);

    // A client that came later and has begun a request is dropped before them.
    let mut silent = connect(&sharing);
    silent.write_all(&[0]).unwrap();
    sharing.said(|log| log.contains("dropped"));

    for stream in [&mut idle, &mut used] {
        stream.write_all(&get("abc.txt")).unwrap();
        stream.read_exact(&mut reply).unwrap();
        assert_same(&reply, &abc("abc.txt"));
    }
}

#[test]
fn a_reset_in_the_middle_of_a_download_ends_that_connection_only() {
    let sharing = Sharing::start(&[]);
    sharing.write_zeros("long", LONG);
    let mut stream = connect(&sharing);
    stream.write_all(&get("long")).unwrap();
    read_frame(&mut stream);
    SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    drop(stream);
    sharing.said(|log| log.contains("dropped: "));
    assert_serves(&sharing);
}

#[test]
fn a_close_in_the_middle_of_a_download_ends_that_connection_only() {
    let sharing = Sharing::start(&[]);
    sharing.write_zeros("long", LONG);
    let mut stream = connect(&sharing);
    stream.write_all(&get("long")).unwrap();
    read_frame(&mut stream);
    drop(stream);
    sharing.said(|log| log.contains("dropped: "));
    assert_serves(&sharing);
}

#[test]
fn a_reader_that_never_reads_holds_its_place_no_longer_than_the_timeout() {
    let sharing = Sharing::start(&["--timeout", "0.1", "--max-clients", "1"]);
    sharing.write_zeros("long", LONG);
    let mut stream = connect(&sharing);
    stream.write_all(&get("long")).unwrap();
    sharing.said(|log| {
        log.contains(
            "dropped: the client has stopped in the middle (timed out)",
        )
    });
    assert_serves(&sharing);
}

#[test]
fn one_client_too_many_is_told_so_and_is_served_once_another_has_left() {
    let sharing = Sharing::start(&["--max-clients", "2"]);
    let mut served = [connect(&sharing), connect(&sharing)];
    for stream in &mut served {
        stream.write_all(&get("b.txt")).unwrap();
        read_frame(stream);
    }
    let refusal =
        error("no more than 2 at a time are served here; try again later");
    // Told so at once, or when it has asked already; and dropped.
    assert_same(&exchange(&sharing, b""), &refusal);
    assert_same(&exchange(&sharing, &get("abc.txt")), &refusal);
    sharing.said(|log| {
        log.matches("dropped: no more than 2 at a time").count() == 2
    });

    // One that is refused and does not go away takes nobody's place.
    let mut refused = connect(&sharing);
    let mut reply = vec![0; refusal.len()];
    refused.read_exact(&mut reply).unwrap();
    assert_same(&reply, &refusal);

    let [first, mut second] = served;
    drop(first);
    sharing.said(|log| log.contains(" closed\n"));
    assert_serves(&sharing);

    second.write_all(&get("abc.txt")).unwrap();
    second.shutdown(Shutdown::Write).unwrap();
    assert_same(&rest(second), &abc("abc.txt"));
}

#[test]
fn a_request_that_comes_byte_by_byte_has_one_timeout_for_all_its_bytes() {
    let sharing = Sharing::start(&["--timeout", "0.2", "--max-clients", "1"]);
    let mut stream = connect(&sharing);
    let mut sending = stream.try_clone().unwrap();
    let slowly = thread::spawn(move || {
        // The next byte comes long before a timeout for one byte would be over.
        for byte in get(&"n".repeat(10_000)) {
            if sending.write_all(&[byte]).is_err() {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
    });
    assert_eq!(
        read_frame(&mut stream),
        r#"{"status":"error","message":"the client has stopped in the middle (timed out)"}"#
    );
    sharing.said(|log| log.contains("dropped: the client has stopped"));
    assert_serves(&sharing);
    drop(stream);
    slowly.join().unwrap();
}

/// The smallest of the counts in the next 100 ms, or the first of 10 or fewer: a thread
/// that has given its seat back is counted until the system has removed it. One that
/// refuses a client is there for a second.
#[cfg(target_os = "linux")]
fn settled(count: impl Fn() -> usize) -> usize {
    let start = Instant::now();
    let mut least = count();
    while least > 10 && start.elapsed() < Duration::from_millis(100) {
        thread::yield_now();
        least = least.min(count());
    }
    least
}

/// Each client that is told so takes a thread, too.
#[cfg(target_os = "linux")]
#[test]
fn of_a_hundred_clients_too_many_only_a_few_are_told_so_at_a_time() {
    let sharing = Sharing::start(&["--max-clients", "1"]);
    let mut served = connect(&sharing);
    served.write_all(&get("abc.txt")).unwrap();
    let mut reply = vec![0; abc("abc.txt").len()];
    served.read_exact(&mut reply).unwrap();

    let waiting: Vec<_> = (0..100).map(|_| connect(&sharing)).collect();
    let tasks = format!("/proc/{}/task", sharing.id());
    let mut most = 0;
    for mut stream in waiting {
        most = most.max(settled(|| std::fs::read_dir(&tasks).unwrap().count()));
        let refusal =
            error("no more than 1 at a time are served here; try again later");
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply).unwrap();
        assert!(reply.is_empty() || reply == refusal);
    }
    assert!(most <= 1 + 1 + 8, "{most} threads");

    served.write_all(&get("abc.txt")).unwrap();
    served.read_exact(&mut reply).unwrap();
    assert_same(&reply, &abc("abc.txt"));
}

/// A laptop that is shut says no goodbye: the system has to ask whether it is there.
#[cfg(target_os = "linux")]
#[test]
fn both_ends_ask_a_silent_peer_whether_it_is_still_there() {
    use std::process::{Command, Stdio};

    let sharing = Sharing::start(&[]);
    let mut client = Command::new(BIN)
        .args(["client", "--addr", &sharing.addr])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    sharing.said(|log| log.contains(" connected\n"));
    let (_, port) = sharing.addr.rsplit_once(':').unwrap();
    let port = format!(":{:04X} ", port.parse::<u16>().unwrap());
    // The field after the queues is the kind of timer; 02 is keepalive's.
    let asked = || {
        let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
        let ends = table.lines().filter(|line| line.contains(&port));
        let timer = |line: &str| {
            line.split_whitespace().nth(5).unwrap()[..2].to_string()
        };
        ends.filter(|end| timer(end) == "02").count()
    };
    // The server sets it just after it has logged the connection.
    let started = Instant::now();
    while asked() < 2 {
        assert!(started.elapsed() < testing::PATIENCE, "{} of 2 ends", asked());
        thread::yield_now();
    }
    drop(client.stdin.take());
    assert!(client.wait().unwrap().success());
}
