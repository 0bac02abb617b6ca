//! What the two ends send each other: JSON messages, each in a frame of `common`.
//!
//! ```text
//! frame   := length: u32 in network byte order, then that many bytes of UTF-8 JSON
//! request := frame {"command":"get","filename":"a.txt"} | frame {"command":"list"}
//!          | frame {"command":"get","filename":"a.txt","offset":1000}
//!          | frame {"command":"get","filename":"a.txt","wrong_digest":…}
//! reply   := frame {"status":"file","filename":…,"file_size":…,"md5":…}
//!            then file_size raw bytes
//!          | frame {"status":"file","filename":…,"file_size":…,"offset":…,"md5":…}
//!            then file_size - offset raw bytes
//!          | frame {"status":"listing","count":2}
//!            then count frames {"filename":…,"file_size":…}
//!          | frame {"status":"error","message":…}
//! ```

use anyhow::{Result, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::digest::{Algorithm, Digest};

/// What a client asks for. serde makes JSON of it and reads it back: `tag` names the
/// field that says which variant it is, `skip…` leaves a field out, `default` fills it
/// in.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "lowercase")]
pub enum Request {
    Get {
        filename: String,
        /// How many bytes the client has already, from a download that was cut.
        #[serde(default, skip_serializing_if = "is_zero")]
        offset: u64,
        /// Set after a failed check: the digest that the server sent. The server
        /// stores digests, and this one may be out of date: it computes it again.
        #[serde(skip_serializing_if = "Option::is_none")]
        wrong_digest: Option<String>,
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
    /// The digest (a checksum) of the whole file, in hexadecimal, as md5 or as sha256.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub md5: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

impl Header {
    /// Is this the header of the file that we asked for, from byte `here` on? Returns
    /// the digest that the file must have.
    pub fn check(&self, name: &str, here: u64) -> Result<Digest> {
        let Self { filename, file_size, offset, .. } = self;
        ensure!(filename == name, "it sends {filename:?} instead of {name:?}");

        let resumed = *offset == here && offset <= file_size;
        let restarted = *offset == 0; // by a server that does not resume
        ensure!(
            resumed || restarted,
            "it goes on at byte {offset} of {file_size} instead of byte {here}"
        );

        match (&self.sha256, &self.md5) {
            (Some(hex), _) => Digest::parse(Algorithm::Sha256, hex),
            (None, Some(hex)) => Digest::parse(Algorithm::Md5, hex),
            (None, None) => bail!("it sends no digest to verify the file with"),
        }
    }
}

/// One line of a listing.
#[derive(Debug, Serialize, Deserialize)]
pub struct Entry {
    pub filename: String,
    pub file_size: u64,
}

/// The longest listing that is sent, or believed.
pub const MAX_LISTING: u64 = 100_000;

fn is_zero(n: &u64) -> bool {
    *n == 0
}
