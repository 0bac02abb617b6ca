//! The file of these tests, and a folder for it.

use crate::downloads::{EARLIER, Folder};
use crate::programs::Sharing;

/// How much of the file has come when a download is cut: no multiple of a buffer.
pub const CUT: usize = 100_001;

pub fn content() -> Vec<u8> {
    crate::messages::content(300_000)
}

/// A folder with an earlier good file in it, and perhaps the beginning of a new one.
pub fn folder(unfinished: Option<&[u8]>) -> Folder {
    let begun = unfinished.map(|bytes| ("x.bin.unfinished", bytes));
    let earlier = [("x.bin", EARLIER)].into_iter();
    Folder::with(&earlier.chain(begun).collect::<Vec<_>>())
}

/// Shares content() as x.bin.
pub fn share() -> Sharing {
    let sharing = Sharing::start(&[]);
    sharing.write("x.bin", content());
    sharing
}
