//! A server that shares a folder, and the messages of the wire, written by hand.

use std::fs::{self, File};
use std::net::TcpStream;
use std::ops::Deref;
use std::path::PathBuf;

use md5::{Digest, Md5};
use tempfile::TempDir;
use testing::frames::frame;
use testing::{Server, raw};

use crate::BIN;

/// What `md5sum` and `sha256sum` say of the three bytes `abc`.
pub const MD5_OF_ABC: &str = "900150983cd24fb0d6963f7d28e17f72";
pub const SHA256_OF_ABC: &str =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

/// More than the buffers of two sockets hold, on every system: a client that has received
/// the header of such a file knows that the server is still sending it.
pub const LONG: u64 = 64 << 20;

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

/// Text as JSON writes it, between quotes.
pub fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

pub fn get(name: &str) -> Vec<u8> {
    frame(format!(r#"{{"command":"get","filename":{}}}"#, quoted(name)))
}

pub fn get_from(name: &str, offset: impl ToString) -> Vec<u8> {
    let offset = offset.to_string();
    frame(format!(
        r#"{{"command":"get","filename":{},"offset":{offset}}}"#,
        quoted(name)
    ))
}

pub fn list() -> Vec<u8> {
    frame(r#"{"command":"list"}"#)
}

/// A digest by a crate that nobody here wrote, as `md5sum` prints it.
pub fn md5_of(bytes: &[u8]) -> String {
    Md5::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// The header that announces a file.
pub fn header(name: &str, size: u64, md5: &str) -> String {
    format!(
        r#"{{"status":"file","filename":{},"file_size":{size},"md5":"{md5}"}}"#,
        quoted(name)
    )
}

/// The whole reply that brings a file which contains `abc`.
pub fn abc(name: &str) -> Vec<u8> {
    [&frame(header(name, 3, MD5_OF_ABC)), &b"abc"[..]].concat()
}

/// The whole reply that lists these files.
pub fn listing(files: &[(&str, u64)]) -> Vec<u8> {
    let count = files.len();
    let mut bytes = frame(format!(r#"{{"status":"listing","count":{count}}}"#));
    for (name, size) in files {
        let name = quoted(name);
        bytes.extend(frame(format!(
            r#"{{"filename":{name},"file_size":{size}}}"#
        )));
    }
    bytes
}

pub fn error(message: &str) -> Vec<u8> {
    frame(format!(r#"{{"status":"error","message":{}}}"#, quoted(message)))
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

/// Asserts that asking for this name gets this error, that the connection goes on
/// afterwards, and that others are served.
#[track_caller]
pub fn assert_no_file(sharing: &Sharing, name: &str, message: &str) {
    let reply = exchange(sharing, &[get(name), get("abc.txt")].concat());
    assert_same(&reply, &[error(message), abc("abc.txt")].concat());
    assert_serves(sharing);
}

/// How many bytes the server has read, from files and sockets. Linux counts them;
/// elsewhere, 0.
pub fn bytes_read(server: &Server) -> u64 {
    let path = format!("/proc/{}/io", server.id());
    let counts = fs::read_to_string(path).unwrap_or("rchar: 0".into());
    let read = counts.lines().find_map(|line| line.strip_prefix("rchar: "));
    read.unwrap().parse().unwrap()
}
