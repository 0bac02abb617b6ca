//! Clients that stop in the middle, and too many clients.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::time::Duration;

use testing::PATIENCE;
use testing::frames::{frame, read_frame};
use testing::raw::rest;

use crate::messages::{abc, error, get, list};
use crate::programs::{LONG, Sharing, assert_same, assert_serves, connect};

const STOPPED: &str = "the client has stopped in the middle (timed out)";

#[test]
fn a_client_that_stops_in_the_middle_is_told_so_and_its_place_is_free() {
    let sharing = Sharing::start(&["--timeout", "0.1", "--max-clients", "1"]);
    let dropped = format!(" dropped: {STOPPED}\n");
    let serves_after = |times| {
        sharing.said(|log| log.matches(&dropped).count() == times);
        assert_serves(&sharing);
    };
    let stops_after = |bytes: &[u8]| {
        let mut stream = connect(&sharing);
        stream.write_all(bytes).unwrap();
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply).unwrap();
        assert_same(&reply, &error(STOPPED));
        stream
    };
    drop(stops_after(&list()[..2]));
    serves_after(1);
    let silent = stops_after(&list()[..10]); // and does not go away
    serves_after(2);
    drop(silent);

    // One timeout for all bytes of a request: a byte now and then gains nothing.
    let mut slow = connect(&sharing);
    slow.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    let request = get(&"n".repeat(200));
    let answered = request.iter().position(|byte| {
        slow.write_all(&[*byte]).unwrap();
        slow.peek(&mut [0]).is_ok()
    });
    assert!(answered.is_some_and(|sent| sent < request.len() - 1));
    slow.set_read_timeout(Some(PATIENCE)).unwrap();
    assert_same(&rest(slow), &error(STOPPED));
    serves_after(3);

    sharing.write_zeros("long", LONG);
    let mut never_reads = connect(&sharing);
    never_reads.write_all(&get("long")).unwrap();
    serves_after(4);
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
    let mut begun = connect(&sharing);
    begun.write_all(&[0]).unwrap();
    assert_same(&rest(begun), &error(STOPPED));

    for stream in [&mut idle, &mut used] {
        stream.write_all(&get("abc.txt")).unwrap();
        stream.read_exact(&mut reply).unwrap();
        assert_same(&reply, &abc("abc.txt"));
    }
}

#[test]
fn a_hundred_clients_too_many_are_told_so_and_take_nobodys_place() {
    let sharing = Sharing::start(&["--max-clients", "2"]);
    let mut served = [connect(&sharing), connect(&sharing)];
    for stream in &mut served {
        stream.write_all(&get("b.txt")).unwrap();
        read_frame(stream);
    }
    let refusal =
        error("no more than 2 at a time are served here; try again later");
    // Told so at once; the last ones when they have asked already. All stay.
    let mut refused: Vec<_> = (0..100).map(|_| connect(&sharing)).collect();
    for (n, stream) in refused.iter_mut().enumerate() {
        if n >= 90 {
            stream.write_all(&get("abc.txt")).unwrap();
        }
        assert_same(&frame(read_frame(stream)), &refusal);
    }
    sharing.said(|log| {
        log.matches("dropped: no more than 2 at a time").count() == 100
    });

    let [first, mut second] = served;
    drop(first);
    sharing.said(|log| log.contains(" closed\n"));
    assert_serves(&sharing);
    second.write_all(&get("abc.txt")).unwrap();
    second.shutdown(Shutdown::Write).unwrap();
    assert_same(&rest(second), &abc("abc.txt"));
}

/// A laptop that is shut says no goodbye: the system has to ask whether it is there.
#[cfg(target_os = "linux")]
#[test]
fn both_ends_ask_a_silent_peer_whether_it_is_still_there() {
    use crate::downloads::Folder;
    use crate::programs::until;

    let (sharing, dir) = (Sharing::start(&[]), Folder::new());
    let mut client = dir.client(&sharing.addr, &[]);
    let mut client =
        client.stdin(std::process::Stdio::piped()).spawn().unwrap();
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
    until(|| asked() >= 2);
    drop(client.stdin.take());
    assert!(client.wait().unwrap().success());
}
