//! Shortages: what the system has none left of, and what helps.

use std::fmt::Display;
use std::io::{self, ErrorKind};

use anyhow::{Error, anyhow};
use common::failure::{reason, shortage};

/// What helps against this shortage; `None` where the error is something else.
pub fn remedy(e: &io::Error) -> Option<&'static str> {
    match e.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Some("make room"),
        ErrorKind::FileTooLarge => Some(
            "no file may be this large here: choose a folder on another disk \
             with --dir, or ask for a higher limit",
        ),
        _ => shortage(e),
    }
}

/// What has failed at the server, in words for the client: the remedy is not there.
pub fn server_error(what: impl Display, e: &io::Error) -> Error {
    let why = reason(e);
    match remedy(e) {
        Some(remedy) => anyhow!("{what} ({why}); on the server: {remedy}"),
        None => anyhow!("{what} ({why})"),
    }
}

/// The longest listing that is sent, or believed: all of it is in memory at once.
pub const MAX_LISTING: u64 = 100_000;
