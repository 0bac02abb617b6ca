//! A server that runs out of something says so, and gives no wrong answer.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;

use testing::frames::read_frame;
use testing::refused::{Call, refusing};

use crate::messages::{get, list, listing};
use crate::programs::{
    Sharing, assert_no_file, assert_same, connect, exchange, limited,
};

#[test]
fn too_many_open_files_are_an_error_and_no_empty_listing() {
    let server = limited(13);
    let mut asking = connect(&server);
    let mut idle = Vec::new();
    let mut errors = 0;
    // Three are its streams, one listens, one is kept for the next client, one is this.
    for free in (0..=7).rev() {
        for request in [list(), get("hello.txt")] {
            asking.write_all(&request).unwrap();
            let reply = read_frame(&mut asking);
            if reply.contains(r#""status":"error""#) {
                assert!(reply.contains("too many open files"), "{reply}");
                errors += 1;
            } else if reply.contains(r#""status":"listing""#) {
                assert_eq!(reply, r#"{"status":"listing","count":5}"#);
                (0..5).for_each(|_| drop(read_frame(&mut asking)));
            } else {
                std::io::Read::read_exact(&mut asking, &mut [0; 38]).unwrap();
            }
        }
        if free > 0 {
            idle.push(connect(&server));
            let connected = |log: &str| log.matches(" connected\n").count();
            server.said(|log| connected(log) > idle.len());
        }
    }
    assert!(errors > 0);
    server.said(|log| log.matches("(too many open files").count() == errors);
    drop(idle);
    server.said(|log| log.matches(" closed\n").count() == 7);
    asking.write_all(&get("hello.txt")).unwrap();
    assert!(read_frame(&mut asking).starts_with(r#"{"status":"file""#));
}

#[test]
fn names_that_cannot_be_offered_are_counted_in_the_log() {
    let sharing = Sharing::start(&[]);
    sharing.write("a:b.txt", "x");
    assert_same(&exchange(&sharing, &list()), &listing(&[("abc.txt", 3)]));
    sharing.said(|log| log.contains(" 1 file is not listed: "));

    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.txt");
    fs::write(sharing.folder.path().join(name), "x").unwrap();
    fs::create_dir(sharing.path("folder")).unwrap(); // not a file: not counted
    assert_same(&exchange(&sharing, &list()), &listing(&[("abc.txt", 3)]));
    sharing.said(|log| log.contains(" 2 files are not listed: "));
    let shown = "caf\u{fffd}.txt";
    assert_no_file(&sharing, shown, &format!("no such file: {shown}"));
}

#[test]
fn a_connection_that_cannot_be_read_is_dropped_with_the_reason() {
    // Both are numbers of Linux.
    for (error, why) in
        [(104, "connection reset"), (105, "no memory left for sockets")]
    {
        let start = || Sharing::start(&[]);
        let Some(sharing) = refusing(Call::RecvFrom, error, start) else {
            return;
        };
        let _client = connect(&sharing);
        let wanted = format!(" dropped: the client has gone ({why}");
        sharing.said(|log| log.contains(&wanted));
    }
}
