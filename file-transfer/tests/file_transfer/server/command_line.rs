//! The command line, and the log.

use std::io::Write;
use std::net::Shutdown;

use testing::raw::rest;
use testing::run;

use crate::messages::{get, list};
use crate::programs::{BIN, Sharing, connect};

#[test]
fn a_server_without_its_folder_says_what_to_do() {
    let sharing = Sharing::start(&[]);
    for (name, why) in
        [("missing", "entity not found"), ("abc.txt", "not a directory")]
    {
        let dir = sharing.path(name).to_str().unwrap().to_string();
        let args = ["server", "--addr", "127.0.0.1:0", "--dir", &dir];
        let done = run(BIN, &args, b"");
        let wanted = format!(
            "error: cannot share {dir} ({why}); choose another folder with --dir\n"
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
