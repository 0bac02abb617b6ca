//! What a right answer to each of this lesson's exercises does.

pub mod download;
pub mod gain;
pub mod one_pass;
pub mod speak_it;

use md5::{Digest, Md5};

/// A digest by a crate that nobody here wrote, as `md5sum` prints it.
pub fn md5_of(bytes: &[u8]) -> String {
    Md5::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}
