//! stdout carries the work, stderr messages about it; and where options may stand.

use std::path::Path;
use std::process::{Command, Stdio};
use std::{fs, iter};

use tempfile::tempdir;
use testing::files::{a_file, files};
use testing::run;

use crate::BIN;
use crate::client::hello::{HELLO, client, messages, share};

fn command(addr: &str, dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(BIN);
    command.args(["client", "--addr", addr, "--dir"]).arg(dir).args(args);
    command
}

/// Runs a client, stdout and stderr of which nobody reads; returns its status.
fn unread(mut command: Command) -> Option<i32> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    drop(child.stdin.take());
    child.wait().unwrap().code()
}

#[test]
fn a_failure_is_a_failure_when_nobody_reads_its_message() {
    let (_share, server) = share(&[("hello.txt", HELLO)]);
    let dir = tempdir().unwrap();
    let args = ["get", "missing.txt", "hello.txt"];
    let status = unread(command(&server.addr, dir.path(), &args));
    assert_eq!(status, Some(1));
    assert_eq!(files(dir.path()), [a_file("hello.txt", HELLO)]);
}

#[test]
fn a_message_that_nobody_reads_ends_no_download() {
    let (_share, server) = share(&[("hello.txt", HELLO)]);
    let dir = tempdir().unwrap();
    // The client logs that it has to begin again.
    fs::write(dir.path().join("hello.txt.unfinished"), b"other").unwrap();
    let status =
        unread(command(&server.addr, dir.path(), &["get", "hello.txt"]));
    assert_eq!(status, Some(0));
    assert_eq!(files(dir.path()), [a_file("hello.txt", HELLO)]);
}

/// `printf 'list\nget hello.txt\n' | client | head -1`
#[test]
fn a_closed_pipe_ends_a_listing_and_not_the_download_after_it() {
    let names: Vec<String> = (0..2000).map(|n| format!("{n}.txt")).collect();
    let many = names.iter().map(|name| (name.as_str(), HELLO));
    let many: Vec<_> = many.chain(iter::once(("hello.txt", HELLO))).collect();
    let (_share, server) = share(&many);
    let dir = tempdir().unwrap();
    let mut command = command(&server.addr, dir.path(), &[]);
    let input = dir.path().join("input");
    fs::write(&input, "list\nget hello.txt\n").unwrap();
    command.stdin(fs::File::open(&input).unwrap());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let done = child.wait_with_output().unwrap();
    assert_eq!((done.status.code(), done.stderr), (Some(0), Vec::new()));
    assert_eq!(fs::read(dir.path().join("hello.txt")).unwrap(), HELLO);
}

/// A full disk under stdout.
#[cfg(target_os = "linux")]
#[test]
fn a_listing_that_cannot_be_printed_is_one_error() {
    let (_share, server) = share(&[("hello.txt", HELLO)]);
    let dir = tempdir().unwrap();
    let mut command = command(&server.addr, dir.path(), &["list"]);
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let done = command.stdout(full).output().unwrap();
    let wanted = format!(
        "error: cannot list the files of {}: cannot write to standard output \
         (no storage space); make room, or send it \
         somewhere else\n",
        server.addr
    );
    assert_eq!(String::from_utf8(done.stderr).unwrap(), wanted);
    assert_eq!(done.status.code(), Some(1));
}

#[test]
fn the_options_of_the_client_may_stand_behind_the_command() {
    let (_share, server) = share(&[("hello.txt", HELLO)]);
    let dir = tempdir().unwrap();
    let folder = dir.path().to_str().unwrap();
    let args = ["client", "get", "hello.txt", "--dir", folder];
    let args = [&args[..], &["--addr", &server.addr]].concat();
    let done = run(BIN, &args, b"");
    assert_eq!((done.status, messages(&done)), (0, "".into()));
    assert_eq!(files(dir.path()), [a_file("hello.txt", HELLO)]);
    // And before it, as everywhere in these tests.
    let done = client(&server.addr, dir.path(), &["list"], b"");
    assert_eq!(done.text(), "           6  hello.txt\n");
}
