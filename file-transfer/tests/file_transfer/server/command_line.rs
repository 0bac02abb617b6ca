//! The command line, and the log.

use std::fs;
use std::io::Write;
use std::net::Shutdown;

use testing::raw::rest;
use testing::{Server, run};

use crate::messages::{get, list};
use crate::programs::{BIN, Sharing, assert_serves, connect, exchange};

#[test]
fn a_server_that_cannot_start_says_what_to_do() {
    let sharing = Sharing::start(&[]);
    let addr = &sharing.addr;
    let path = |name| sharing.path(name).to_str().unwrap().to_string();
    let no_folder = |dir: &str| {
        format!("{dir} is not a folder; choose the one to share with --dir")
    };
    let taken = format!(
        "{addr} is taken by another program (address in use); stop that program, \
         or choose another port with --addr (port 0 takes a free one)"
    );
    let (here, missing, file) = (path(""), path("missing"), path("abc.txt"));
    for (addr, dir, wanted) in [
        (&addr[..], &here, taken),
        ("127.0.0.1:0", &missing, no_folder(&missing)),
        ("127.0.0.1:0", &file, no_folder(&file)),
    ] {
        let done = run(BIN, &["server", "--addr", addr, "--dir", dir], b"");
        let wanted = format!("error: {wanted}\n");
        assert_eq!((done.status, done.stderr), (1, wanted));
    }
    assert_serves(&sharing);
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
    let server = Server::start_and_close_its_log(BIN, &["--dir", "share"]);
    for _ in 0..3 {
        let reply = exchange(&server, &get("hello.txt"));
        assert!(reply.ends_with(&fs::read("share/hello.txt").unwrap()));
    }
}
