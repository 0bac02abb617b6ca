//! A server that runs out of something says so, and gives no wrong answer.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;

use testing::frames::read_frame;
use testing::refused::{Call, refusing};

use crate::messages::{get, list, listing};
use crate::programs::{
    Sharing, assert_no_file, assert_same, connect, exchange, limited, until,
};

#[test]
fn too_many_open_files_are_an_error_and_no_empty_listing() {
    let server = limited(10);
    let mut asking = connect(&server);
    // Is the answer to this request an error? It is a whole answer in either case.
    let mut fails = |request: &[u8]| {
        asking.write_all(request).unwrap();
        let reply = read_frame(&mut asking);
        if reply.contains(r#""status":"error""#) {
            assert!(reply.contains("too many open files"), "{reply}");
            return true;
        }
        if reply.contains(r#""status":"listing""#) {
            assert_eq!(reply, r#"{"status":"listing","count":5}"#);
            (0..5).for_each(|_| drop(read_frame(&mut asking)));
        } else {
            asking.read_exact(&mut [0; 38]).unwrap();
        }
        false
    };
    let (list, get) = (list(), get("hello.txt"));
    // More and more clients, until there is not even one for the next of them.
    let mut idle = Vec::new();
    while idle.len() < 10 {
        idle.push(connect(&server));
        let _ = (fails(&list), fails(&get));
    }
    until(|| fails(&list));
    until(|| fails(&get));
    server.said(|log| log.matches("(too many open files").count() >= 2);
    drop(idle);
    until(|| !fails(&get));
}

#[test]
fn names_that_cannot_be_offered_are_counted_in_the_log() {
    let sharing = Sharing::start(&[]);
    sharing.write("a:b.txt", "x");
    assert_same(&exchange(&sharing, &list()), &listing(&[("abc.txt", 3)]));
    sharing.said(|log| {
        log.contains("not listed: 1, the last of them \"a:b.txt\" (")
    });

    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.txt");
    fs::write(sharing.folder.path().join(name), "x").unwrap();
    fs::create_dir(sharing.path("folder")).unwrap(); // not a file: not counted
    assert_same(&exchange(&sharing, &list()), &listing(&[("abc.txt", 3)]));
    sharing.said(|log| log.contains("not listed: 2, "));
    let shown = "caf\u{fffd}.txt";
    assert_no_file(&sharing, shown, &format!("no such file: {shown}"));
}

#[test]
fn a_connection_that_cannot_be_read_is_dropped_with_the_reason() {
    // Both are numbers of Linux.
    for (error, why) in [
        (104, "the client has gone (connection reset)"),
        (
            105,
            "cannot serve this client (no memory left for sockets); on the server: ",
        ),
    ] {
        let start = || Sharing::start(&[]);
        let Some(sharing) = refusing(Call::RecvFrom, error, start) else {
            return;
        };
        let _client = connect(&sharing);
        let wanted = format!(" dropped: {why}");
        sharing.said(|log| log.contains(&wanted));
    }
}
