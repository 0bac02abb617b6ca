//! What the two ends send each other: JSON messages, each in a frame of `common`.
//!
//! ```text
//! frame   := length: u32 in network byte order, then that many bytes of UTF-8 JSON
//! request := frame {"command":"get","filename":"a.txt"} | frame {"command":"list"}
//!          | frame {"command":"get","filename":"a.txt","offset":1000}
//! reply   := frame {"status":"file","filename":…,"file_size":…,"md5":…}
//!            then file_size raw bytes
//!          | frame {"status":"file","filename":…,"file_size":…,"offset":…,"md5":…}
//!            then file_size - offset raw bytes
//!          | frame {"status":"listing","count":2}
//!            then count frames {"filename":…,"file_size":…}
//!          | frame {"status":"error","message":…}
//! ```

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

use crate::digest::Digest;

/// What a client asks for. serde writes it as JSON and reads it back; `tag` names the
/// field that says which of the variants it is (`rename_all`: "get" is `Get`).
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "lowercase")]
pub enum Request {
    Get {
        filename: String,
        /// How many bytes the client has already, from a download that was cut. A 0 is
        /// not written (`skip_…`), and a field that is not there is a 0 (`default`).
        #[serde(default, skip_serializing_if = "is_zero")]
        offset: u64,
    },
    List,
}

/// What the server answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum Reply {
    File(Header),
    Listing { count: u64 },
    Error { message: String },
}

/// What comes before the bytes of a file.
#[derive(Debug, Serialize, Deserialize)]
pub struct Header {
    pub filename: String,
    /// The size of the whole file, in bytes.
    pub file_size: u64,
    /// Where in the file the bytes start that follow this header.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub offset: u64,
    /// The digest of the whole file, in hexadecimal: one of the two is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub md5: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

impl Header {
    /// Is this the header of the file that we asked for, from byte `here` on? Returns
    /// the digest that the file must have.
    pub fn check(&self, name: &str, here: u64) -> Result<Digest> {
        let Self { filename, file_size: size, offset: at, .. } = self;
        ensure!(filename == name, "it sends {filename:?} instead of {name:?}");
        // A server that does not resume sends the file from its start.
        ensure!(
            [0, here].contains(at) && at <= size,
            "it goes on at byte {at} of {size} instead of byte {here}"
        );
        Digest::announced(self.md5.as_deref(), self.sha256.as_deref())
    }
}

/// One line of a listing.
#[derive(Debug, Serialize, Deserialize)]
pub struct Entry {
    pub filename: String,
    pub file_size: u64,
}

fn is_zero(n: &u64) -> bool {
    *n == 0
}
