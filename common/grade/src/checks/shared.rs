//! Which files a server shares: those that the grader has put there, or those that the
//! server lists.

use crate::finding::{Verdict, failed, skipped};
use crate::server::Server;
use crate::share::Shared;
use crate::wire::{self, Reply};

/// Larger files than this are left alone, where somebody else has chosen them.
const MOST: u64 = 64 << 20;

/// All shared files.
pub fn files(server: &mut Server) -> Verdict<Vec<Shared>> {
    if let Some(filled) = &server.filled {
        return Ok(filled.files.clone());
    }
    let mut probe = server.connect()?;
    probe.send(&server.list())?;
    let Reply::Listing(listed) = wire::reply(&mut probe)? else {
        return failed("The server does not list its files.", "");
    };
    let shared = |(name, size)| Shared { name, size, bytes: None };
    Ok(listed.into_iter().map(shared).collect())
}

/// One of the shared files that `wanted` accepts; the check is skipped without one.
pub fn one(
    server: &mut Server,
    what: &str,
    wanted: impl Fn(&Shared) -> bool,
) -> Verdict<Shared> {
    let files = files(server)?;
    let fit = |file: &&Shared| file.size <= MOST && wanted(file);
    let fit: Vec<&Shared> = files.iter().filter(fit).collect();
    match server.random.choice(fit) {
        Some(file) => Ok(file.clone()),
        None => skipped(format!("the server shares no {what}")),
    }
}

/// Any file that is neither empty nor long.
pub fn any(server: &mut Server) -> Verdict<Shared> {
    one(server, "file of 2 bytes to 1 MB", |f| (2..1_000_000).contains(&f.size))
}
