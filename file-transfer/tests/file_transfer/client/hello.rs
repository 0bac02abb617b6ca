//! One small file, hello.txt: the messages about it, and what the client makes of them.

use std::fs;
use std::path::Path;

use tempfile::{TempDir, tempdir};
use testing::files::{a_file, files};
use testing::frames::frame;
use testing::{Finished, RawServer, Server, run};

use crate::BIN;

/// The file of most tests, and its digests as md5sum and sha256sum print them.
pub const HELLO: &[u8] = b"hello\n";
pub const HELLO_MD5: &str = "b1946ac92492d2347c6235b4d2611184";
pub const HELLO_SHA256: &str =
    "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";

/// A header and what follows it, of a file called hello.txt.
pub fn file(size: &str, digest: &str, payload: &[u8]) -> Vec<u8> {
    let header = format!(
        r#"{{"status":"file","filename":"hello.txt","file_size":{size},{digest}}}"#
    );
    [frame(header), payload.to_vec()].concat()
}

pub fn md5_of_hello() -> String {
    format!(r#""md5":"{HELLO_MD5}""#)
}

pub fn hello() -> Vec<u8> {
    file("6", &md5_of_hello(), HELLO)
}

pub fn error(message: &str) -> Vec<u8> {
    frame(format!(r#"{{"status":"error","message":"{message}"}}"#))
}

pub fn listing(count: &str, entries: &[&str]) -> Vec<u8> {
    let mut bytes = frame(format!(r#"{{"status":"listing","count":{count}}}"#));
    for entry in entries {
        bytes.extend(frame(entry));
    }
    bytes
}

pub fn client(addr: &str, dir: &Path, args: &[&str], input: &[u8]) -> Finished {
    let dir = dir.to_str().unwrap();
    run(BIN, &[&["client", "--addr", addr, "--dir", dir], args].concat(), input)
}

pub const EARLIER: &[u8] = b"an earlier good file";

pub fn folder_with_an_earlier_file() -> TempDir {
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("hello.txt"), EARLIER).unwrap();
    dir
}

pub const WAITING: &str = "Waiting: the server may be computing the digest.\n";

/// What is on stderr, without what a client says on a machine that is very busy.
pub fn messages(done: &Finished) -> String {
    done.stderr.replace(WAITING, "")
}

/// The single line on stderr, without `error: `, and with ADDR for the address.
pub fn one_error(done: &Finished, addr: &str) -> String {
    assert_eq!(done.status, 1, "{done:?}");
    let line = messages(done);
    let line = line.strip_suffix('\n').unwrap();
    assert!(!line.contains(char::is_control), "{line:?}");
    line.strip_prefix("error: ").unwrap().replace(addr, "ADDR")
}

/// Fails to get hello.txt: an earlier one is whole, and `left` is what has been
/// kept of the new one. Returns why.
pub fn refused(server: RawServer, left: Option<&[u8]>) -> String {
    let dir = folder_with_an_earlier_file();
    let args = ["--timeout", "0.2", "get", "hello.txt"];
    let done = client(&server.addr, dir.path(), &args, b"");
    let error = one_error(&done, &server.addr);
    assert_eq!(done.text(), "");

    let mut wanted = vec![a_file("hello.txt", EARLIER)];
    wanted.extend(left.map(|bytes| a_file("hello.txt.unfinished", bytes)));
    assert_eq!(files(dir.path()), wanted);
    server.end();
    error.strip_prefix("cannot get hello.txt from ADDR: ").unwrap().into()
}

/// As [`refused`], for replies that are no replies; returns what is in the
/// parentheses.
pub fn not_the_protocol(reply: &[u8]) -> String {
    let why = refused(RawServer::answering(&[reply]), None);
    let why = why.strip_prefix("ADDR does not keep to the protocol (").unwrap();
    let remedy = "); check that --addr leads to a server of file-transfer";
    why.strip_suffix(remedy).unwrap().into()
}

/// Gets hello.txt, in place of an earlier one.
pub fn succeeds(server: RawServer) {
    let dir = folder_with_an_earlier_file();
    let done = client(&server.addr, dir.path(), &["get", "hello.txt"], b"");
    assert_eq!((done.status, messages(&done)), (0, "".into()));
    assert_eq!(files(dir.path()), [a_file("hello.txt", HELLO)]);
    server.end();
}

/// What the client logs before it gets a file once more, because its digest is wrong.
pub const ONCE_MORE: &str = "The digest is wrong: once more, from the start.\n";

/// Fails to get hello.txt from a server that answers like this two times, because the
/// digest is wrong: an earlier one is whole, and nothing is kept of the new one. Returns
/// why the second time failed.
pub fn damaged(reply: &[u8]) -> String {
    let server = RawServer::answering(&[reply, reply]);
    let dir = folder_with_an_earlier_file();
    let done = client(&server.addr, dir.path(), &["get", "hello.txt"], b"");
    assert_eq!((done.status, done.text().as_str()), (1, ""));
    assert_eq!(files(dir.path()), [a_file("hello.txt", EARLIER)]);
    let messages = messages(&done);
    let error = messages.strip_prefix(ONCE_MORE).unwrap();
    let before = format!("error: cannot get hello.txt from {}: ", server.addr);
    server.end();
    error.strip_prefix(&before).unwrap().trim_end().into()
}

/// The error about a file that has come with this digest, and not with the announced one.
pub fn digest_is(algorithm: &str, digest: &str, announced: &str) -> String {
    format!(
        "it was damaged or changed on its way, two times: its {algorithm} is \
         {digest}, and the server announces {announced}; nothing is saved, get \
         it again"
    )
}

pub fn missing(bytes: u64) -> String {
    format!(
        "the connection ended {bytes} bytes too early; get it again: it \
         goes on with what has come"
    )
}

pub fn succeeds_with(reply: &[u8], saved: &[u8]) {
    let server = RawServer::answering(&[reply]);
    let dir = tempdir().unwrap();
    let done = client(&server.addr, dir.path(), &["get", "hello.txt"], b"");
    assert_eq!((done.status, messages(&done)), (0, "".into()));
    assert_eq!(files(dir.path()), [a_file("hello.txt", saved)]);
    server.end();
}

pub const STALLED: &str = "ADDR has stopped answering (timed out); look at the \
    other end, or give it more time with --timeout";

pub const ENTRY: &str = r#"{"filename":"a.txt","file_size":12}"#;

pub fn share(files: &[(&str, &[u8])]) -> (TempDir, Server) {
    share_with(files, &[])
}

pub fn share_with(
    files: &[(&str, &[u8])],
    options: &[&str],
) -> (TempDir, Server) {
    let dir = tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(dir.path().join(name), bytes).unwrap();
    }
    let folder = ["--dir", dir.path().to_str().unwrap()];
    let server = Server::start(BIN, &[&folder, options].concat());
    (dir, server)
}

/// Types this at the prompt, in an empty folder; also returns what is in it then.
pub fn type_in(
    server: &Server,
    input: &[u8],
) -> (Finished, Vec<(String, Vec<u8>)>) {
    let dir = tempdir().unwrap();
    let done = client(&server.addr, dir.path(), &[], input);
    let files = files(dir.path());
    (done, files)
}

/// Fails to list after this many lines; returns the error.
pub fn list_fails(server: RawServer, lines: usize) -> String {
    let dir = tempdir().unwrap();
    let args = ["--timeout", "0.2", "list"];
    let done = client(&server.addr, dir.path(), &args, b"");
    assert_eq!(done.text().lines().count(), lines);
    let error = one_error(&done, &server.addr);
    server.end();
    error
}
