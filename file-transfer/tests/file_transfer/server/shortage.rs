//! A server that runs out of something says so, gives no wrong answer, and serves on.
#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::io::{Read, Write};
use std::process::Command;
use std::thread;
use std::time::Duration;

use tempfile::tempdir;
use testing::Server;
use testing::frames::read_frame;
use testing::program::few_files;
use testing::refused::{Call, refusing};

use crate::messages::{get, list};
use crate::programs::{BIN, Sharing, connect, until};

/// A server with so few file descriptors, which shares the sample files.
fn limited(descriptors: u32) -> Server {
    let shell = few_files(descriptors) + "\"$0\" \"$@\"";
    let server = ["server", "--addr", "127.0.0.1:0", "--dir", "share"];
    let args = [&["-c", &shell, BIN][..], &server].concat();
    Server::listening("/bin/sh", &args)
}

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
fn a_shortage_is_logged_when_it_begins_and_when_it_is_over() {
    let server = limited(8);
    let waiting: Vec<_> = (0..8).map(|_| connect(&server)).collect();
    server.said(|log| log.contains("cannot accept: "));
    thread::sleep(Duration::from_millis(400)); // it is met four times
    let log = server.said(|_| true);
    assert_eq!(log.matches("cannot accept").count(), 1, "{log}");
    drop(waiting);
    server.said(|log| log.contains("that is over"));
}

#[test]
fn a_server_whose_log_has_reached_a_limit_serves_on() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("log");
    let limit = "ulimit -f 1; exec \"$0\" \"$@\"";
    let mut server = Command::new("bash")
        .args(["-c", limit, BIN, "server", "--addr", "127.0.0.1:0"])
        .args(["--dir", "share"])
        .stderr(File::create(&path).unwrap())
        .spawn()
        .unwrap();
    let log = || fs::read_to_string(&path).unwrap();
    until(|| log().ends_with('\n'));
    let line = log();
    let addr = line.trim().strip_prefix("listening on ").unwrap();
    for _ in 0..30 {
        let reply = testing::raw::exchange(addr, &get("hello.txt"));
        assert!(reply.ends_with(&fs::read("share/hello.txt").unwrap()));
    }
    assert!(path.metadata().unwrap().len() <= 1024);
    server.kill().unwrap();
    server.wait().unwrap();
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
