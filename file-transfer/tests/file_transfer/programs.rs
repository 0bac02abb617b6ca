//! The server, and the folder that it shares.

use std::fs::{self, File};
use std::net::TcpStream;
use std::ops::Deref;
use std::path::PathBuf;
#[cfg(unix)]
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use testing::{PATIENCE, Server, raw};

use crate::messages::{abc, error, get};

pub const BIN: &str = env!("CARGO_BIN_EXE_file-transfer");

/// More than the buffers of two sockets hold, on every system: a client that has received
/// the header of such a file knows that the server is still sending it.
pub const LONG: u64 = 16 << 20;

/// A server, and the folder that it shares: `abc.txt` is in it.
pub struct Sharing {
    pub server: Server,
    pub folder: TempDir,
}

impl Sharing {
    pub fn start(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("abc.txt"), "abc").unwrap();
        let dir = ["--dir", folder.path().to_str().unwrap()];
        let server = Server::start(BIN, &[&dir, options].concat());
        Self { server, folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    /// A file of zeros that takes no room on the disk.
    pub fn write_zeros(&self, name: &str, size: u64) {
        File::create(self.path(name)).unwrap().set_len(size).unwrap();
    }
}

impl Deref for Sharing {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

/// A connection to the server.
pub fn connect(server: &Server) -> TcpStream {
    raw::connect(&server.addr)
}

/// Sends the bytes, says that no more follow, and returns all that comes back.
pub fn exchange(server: &Server, bytes: &[u8]) -> Vec<u8> {
    raw::exchange(&server.addr, bytes)
}

/// Exactly these bytes? When not, both are shown as text.
#[track_caller]
pub fn assert_same(got: &[u8], wanted: &[u8]) {
    let shown = |bytes: &[u8]| {
        let start = &bytes[..bytes.len().min(2000)];
        format!("{} bytes: {}", bytes.len(), start.escape_ascii())
    };
    assert!(got == wanted, "\n{}\ninstead of\n{}", shown(got), shown(wanted));
}

/// This request gets exactly this reply.
#[track_caller]
pub fn assert_replies(server: &Server, request: &[u8], reply: &[u8]) {
    assert_same(&exchange(server, request), reply);
}

/// Whatever another client has done: the next one gets its file.
#[track_caller]
pub fn assert_serves(server: &Server) {
    assert_replies(server, &get("abc.txt"), &abc("abc.txt"));
}

/// Asserts that asking for this name gets this error, and that the connection goes on.
#[track_caller]
pub fn assert_no_file(server: &Server, name: &str, message: &str) {
    let requests = [get(name), get("abc.txt")].concat();
    let replies = [error(message), abc("abc.txt")].concat();
    assert_replies(server, &requests, &replies);
}

/// Waits until this is so.
#[track_caller]
pub fn until(mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "it does not come to that");
        thread::sleep(Duration::from_millis(1));
    }
}

/// The start of a command line: other words, which start our program in another way, and
/// then it; `None` where they cannot do that here.
#[cfg(unix)]
pub fn by<'a>(words: &[&'a str]) -> Option<Vec<&'a str>> {
    let words = [words, &[BIN]].concat();
    let possible =
        Command::new(words[0]).args(&words[1..]).arg("--help").output();
    let is_possible = possible.is_ok_and(|done| done.status.success());
    if !is_possible {
        eprintln!("skipped: {words:?} is not possible here");
    }
    is_possible.then_some(words)
}

/// The same by somebody who may not do everything, as root may.
#[cfg(unix)]
pub fn by_nobody() -> Option<Vec<&'static str>> {
    use std::os::unix::fs::MetadataExt;

    let nobody =
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    let is_root = tempfile::tempfile().unwrap().metadata().unwrap().uid() == 0;
    by(if is_root { &nobody } else { &[] })
}

#[cfg(unix)]
pub fn signal(name: &str, id: u32) {
    let args = ["-s", name, &id.to_string()];
    assert!(Command::new("kill").args(args).status().unwrap().success());
}

/// What may be done with a file or a folder, as chmod has it.
#[cfg(unix)]
pub fn allow(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(unix)]
pub fn make_pipe(path: &std::path::Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}
