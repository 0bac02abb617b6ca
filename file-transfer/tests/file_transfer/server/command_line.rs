//! The command line, and the log.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::Shutdown;
use std::process::{Command, Stdio};

use testing::raw::{self, rest};
use testing::run;

use crate::BIN;
use crate::server::sharing::{Sharing, assert_serves, connect, get, list};

#[test]
fn a_second_server_on_the_same_address_says_what_to_do() {
    let sharing = Sharing::start(&[]);
    let addr = &sharing.addr;
    let done = run(BIN, &["server", "--addr", addr], b"");
    assert_eq!(done.status, 1);
    assert_eq!(
        done.stderr,
        format!(
            "error: {addr} is taken by another program (address in use); stop \
             that program, or choose another port with --addr (port 0 takes a \
             free one)\n"
        )
    );
    assert_serves(&sharing);
}

#[test]
fn a_folder_to_share_that_is_missing_or_a_file_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    for dir in [missing, file] {
        let dir = dir.to_str().unwrap();
        let args = ["server", "--addr", "127.0.0.1:0", "--dir", dir];
        let done = run(BIN, &args, b"");
        let wanted = format!(
            "error: {dir} is not a folder; choose the one to share with --dir\n"
        );
        assert_eq!((done.status, done.stderr), (1, wanted));
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

/// `server 2>&1 | head -1`
#[test]
fn a_server_whose_log_nobody_reads_serves_on() {
    let args = ["server", "--addr", "127.0.0.1:0", "--dir", "share"];
    let mut server =
        Command::new(BIN).args(args).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut log = BufReader::new(server.stderr.take().unwrap());
    log.read_line(&mut line).unwrap();
    drop(log);
    let addr = line.trim().strip_prefix("listening on ").unwrap();
    for _ in 0..3 {
        let reply = raw::exchange(addr, &get("hello.txt"));
        assert!(reply.ends_with(&fs::read("share/hello.txt").unwrap()));
    }
    server.kill().unwrap();
    server.wait().unwrap();
}
