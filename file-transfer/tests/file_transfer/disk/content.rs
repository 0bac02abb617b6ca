//! The file of most tests, and a client that gets it.

use std::fs;
use std::path::Path;
#[cfg(unix)]
use std::process::{Child, Command, Stdio};

use md5::{Digest, Md5};
use tempfile::{TempDir, tempdir};
use testing::frames::frame;
use testing::{Finished, RawServer, Server, run};

use crate::BIN;

pub const EARLIER: &[u8] = b"an earlier good file";

/// How much of the file has come when a download is cut: no multiple of a buffer.
pub const CUT: usize = 100_001;

/// The file of most tests.
pub fn content() -> Vec<u8> {
    (0..=250).cycle().take(300_000).collect()
}

/// The same file, one byte changed in the part that comes before the cut.
pub fn changed() -> Vec<u8> {
    let mut content = content();
    content[7] ^= 1;
    content
}

pub fn md5_of(bytes: &[u8]) -> String {
    Md5::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// The header of a whole file, and the part of it that begins at `offset`.
pub fn reply(content: &[u8], offset: usize) -> Vec<u8> {
    let (size, md5) = (content.len(), md5_of(content));
    let at = match offset {
        0 => String::new(),
        _ => format!(r#""offset":{offset},"#),
    };
    let header = format!(
        r#"{{"status":"file","filename":"x.bin","file_size":{size},{at}"md5":"{md5}"}}"#
    );
    [&frame(&header), &content[offset..]].concat()
}

pub const GET: &str = r#"{"command":"get","filename":"x.bin"}"#;
pub const GET_THE_REST: &str =
    r#"{"command":"get","filename":"x.bin","offset":100001}"#;

/// The request for the whole file after its digest was wrong.
pub fn get_once_more(wrong: &[u8]) -> String {
    let wrong = md5_of(wrong);
    format!(
        r#"{{"command":"get","filename":"x.bin","wrong_digest":"{wrong}"}}"#
    )
}

/// What the client logs before that.
pub const ONCE_MORE: &str = "The digest is wrong: once more, from the start.\n";

pub fn get(addr: &str, dir: &Path, name: &str) -> Finished {
    let dir = dir.to_str().unwrap();
    run(BIN, &["client", "--addr", addr, "--dir", dir, "get", name], b"")
}

pub fn get_x(server: &RawServer, dir: &TempDir) -> Finished {
    get(&server.addr, dir.path(), "x.bin")
}

/// The single line on stderr, without `error: `.
pub fn one_error(done: &Finished) -> String {
    assert_eq!((done.status, done.text().as_str()), (1, ""), "{done:?}");
    let line = messages(done);
    let line = line.strip_suffix('\n').unwrap();
    assert!(!line.contains(char::is_control), "{line:?}");
    line.strip_prefix("error: ").unwrap().into()
}

/// What is on stderr, without what a client says on a machine that is very busy.
pub fn messages(done: &Finished) -> String {
    done.stderr
        .replace("Waiting: the server may be computing the digest.\n", "")
}

pub fn succeeded(done: &Finished) {
    assert_eq!((done.status, messages(done)), (0, "".into()));
}

/// A folder with an earlier good file in it, and perhaps the beginning of a new
/// one.
pub fn folder(unfinished: Option<&[u8]>) -> TempDir {
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("x.bin"), EARLIER).unwrap();
    if let Some(bytes) = unfinished {
        fs::write(dir.path().join("x.bin.unfinished"), bytes).unwrap();
    }
    dir
}

/// Shares content() as x.bin.
pub fn share() -> (TempDir, Server) {
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("x.bin"), content()).unwrap();
    let server = Server::start(BIN, &["--dir", dir.path().to_str().unwrap()]);
    (dir, server)
}

/// A client that can be looked at while it runs.
#[cfg(unix)]
pub fn client(addr: &str, dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(BIN);
    command.args(["client", "--addr", addr, "--dir"]).arg(dir).args(args);
    command
}

#[cfg(unix)]
pub fn spawn(addr: &str, dir: &Path, args: &[&str]) -> Child {
    let mut command = client(addr, dir, args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command.stderr(Stdio::null()).spawn().unwrap()
}
