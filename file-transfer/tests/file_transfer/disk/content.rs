//! The file of these tests, and a client that gets it.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use testing::Finished;

use crate::programs::{Sharing, folder_with_an_earlier, run_client};

/// How much of the file has come when a download is cut: no multiple of a buffer.
pub const CUT: usize = 100_001;

pub fn content() -> Vec<u8> {
    (0..=250).cycle().take(300_000).collect()
}

/// The same file, one byte changed in the part that comes before the cut.
pub fn changed() -> Vec<u8> {
    let mut content = content();
    content[7] ^= 1;
    content
}

pub const GET: &str = r#"{"command":"get","filename":"x.bin"}"#;
pub const GET_THE_REST: &str =
    r#"{"command":"get","filename":"x.bin","offset":100001}"#;

pub fn get(addr: &str, dir: &Path, name: &str) -> Finished {
    run_client(addr, dir, &["get", name], b"")
}

pub fn get_x(addr: &str, dir: &Path) -> Finished {
    get(addr, dir, "x.bin")
}

/// A folder with an earlier good file in it, and perhaps the beginning of a new one.
pub fn folder(unfinished: Option<&[u8]>) -> TempDir {
    let dir = folder_with_an_earlier("x.bin");
    if let Some(bytes) = unfinished {
        fs::write(dir.path().join("x.bin.unfinished"), bytes).unwrap();
    }
    dir
}

/// Shares content() as x.bin.
pub fn share() -> Sharing {
    let sharing = Sharing::start(&[]);
    sharing.write("x.bin", content());
    sharing
}
