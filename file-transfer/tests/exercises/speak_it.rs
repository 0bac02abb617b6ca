//! Grades `speak_it`: the checks of lesson 4's server, and then our own client.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use grade::{Filled, Lesson, Server, assert_server, serving};
use testing::run;

pub type Answer = fn(TcpListener, &Path) -> Result<()>;

/// Fails with what the first check finds that does not pass.
pub fn grade(answer: Answer, patience: Duration) {
    for check in Lesson::FileTransfer.checks().iter().filter(|c| !c.strict) {
        self::check(check.name, answer, patience);
    }
    let (filled, addr) = share(answer);
    our_client_downloads_all(&addr.to_string(), &filled.path());
}

/// Does one of the checks.
pub fn check(name: &str, answer: Answer, patience: Duration) {
    let (filled, addr) = share(answer);
    let server = Server::at(addr).patience(patience);
    let mut server = server.folder(filled.path());
    server.filled = true;
    assert_server(Lesson::FileTransfer, name, &mut server);
}

/// Lets the answer share a folder with files of every kind.
fn share(answer: Answer) -> (Filled, SocketAddr) {
    let filled = Filled::new(fastrand::u64(..1000)).unwrap();
    let folder = filled.path();
    let addr = serving(move |listener| answer(listener, &folder)).unwrap();
    (filled, addr)
}

fn our_client_downloads_all(addr: &str, folder: &Path) {
    let to = tempfile::tempdir().unwrap();
    let dir = to.path().to_str().unwrap();
    let names =
        ["empty.txt", "small.txt", "two words.txt", "粘包.txt", "large.bin"];
    let args = ["client", "--addr", addr, "--dir", dir, "get"];
    let bin = env!("CARGO_BIN_EXE_file-transfer");
    let done = run(bin, &[&args[..], &names].concat(), b"");
    assert!(done.status == 0, "\nThe lesson's client says:\n{}", done.stderr);
    for name in names {
        let [sent, saved] = [folder, to.path()].map(|f| fs::read(f.join(name)));
        assert!(sent.unwrap() == saved.unwrap(), "{name} has other bytes now");
    }
}
