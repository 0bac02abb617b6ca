//! The two programs: a server that shares a folder, and a client that saves in one.

use std::fs::{self, File};
use std::net::TcpStream;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use testing::program::finish;
use testing::{Finished, PATIENCE, Server, raw};

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

/// Whatever another client has done: the next one gets its file.
#[track_caller]
pub fn assert_serves(server: &Server) {
    assert_same(&exchange(server, &get("abc.txt")), &abc("abc.txt"));
}

/// Asserts that asking for this name gets this error, and that the connection goes on.
#[track_caller]
pub fn assert_no_file(server: &Server, name: &str, message: &str) {
    let reply = exchange(server, &[get(name), get("abc.txt")].concat());
    assert_same(&reply, &[error(message), abc("abc.txt")].concat());
}

/// A server with so few file descriptors, which shares the sample files.
#[cfg(target_os = "linux")]
pub fn limited(descriptors: u32) -> Server {
    let shell = testing::program::few_files(descriptors) + "\"$0\" \"$@\"";
    let server = ["server", "--addr", "127.0.0.1:0", "--dir", "share"];
    let args = [&["-c", &shell, BIN][..], &server].concat();
    Server::listening("/bin/sh", &args)
}

/// How many bytes the server has read, from files and sockets. Linux counts them;
/// elsewhere, 0.
pub fn bytes_read(server: &Server) -> u64 {
    let path = format!("/proc/{}/io", server.id());
    let counts = fs::read_to_string(path).unwrap_or("rchar: 0".into());
    let read = counts.lines().find_map(|line| line.strip_prefix("rchar: "));
    read.unwrap().parse().unwrap()
}

/// The client, which saves in this folder.
pub fn client(addr: &str, dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(BIN);
    command.args(["client", "--addr", addr, "--dir"]).arg(dir).args(args);
    command
}

/// Runs it to its end, with this input.
pub fn run_client(
    addr: &str,
    dir: &Path,
    args: &[&str],
    input: &[u8],
) -> Finished {
    let mut command = client(addr, dir, args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    finish(command, input)
}

pub const WAITING: &str = "Waiting: the server may be computing the digest.\n";

/// What is on stderr, without what a client says on a machine that is very busy.
pub fn messages(done: &Finished) -> String {
    done.stderr.replace(WAITING, "")
}

#[track_caller]
pub fn assert_succeeded(done: &Finished) {
    assert_eq!((done.status, messages(done)), (0, "".into()));
}

/// The single line on stderr, without `error: `, and with ADDR for the address.
#[track_caller]
pub fn one_error(done: &Finished, addr: &str) -> String {
    assert_eq!(done.status, 1, "{done:?}");
    let said = messages(done);
    let line = said.strip_suffix('\n').unwrap();
    assert!(!line.contains(char::is_control), "{line:?}");
    line.strip_prefix("error: ").unwrap().replace(addr, "ADDR")
}

pub const EARLIER: &[u8] = b"an earlier good file";

/// A folder with an earlier good file of this name.
pub fn folder_with_an_earlier(name: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(name), EARLIER).unwrap();
    dir
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

#[cfg(unix)]
pub fn signal(name: &str, id: u32) {
    let args = ["-s", name, &id.to_string()];
    assert!(Command::new("kill").args(args).status().unwrap().success());
}

#[cfg(unix)]
pub fn make_pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}
