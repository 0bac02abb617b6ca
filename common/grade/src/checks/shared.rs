//! Which files a server shares: those that the grader has put there, or those that the
//! server lists. And the replies that bring them.

use crate::finding::How::{Different, Other};
use crate::finding::{Finding, Meaning, Verdict, failed, skipped};
use crate::server::Server;
use crate::share::Shared;
use crate::tcp_probe::TcpProbe;
use crate::wire::{self, Header, Reply};

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

/// One that does not fit into the systems' smallest buffers.
pub fn large(server: &mut Server) -> Verdict<Shared> {
    one(server, "file over 100 KB", |f| f.size > 100_000)
}

/// Takes the reply to a `get` of this file, which has to bring all of it.
pub fn expect_file(probe: &mut TcpProbe, file: &Shared) -> Verdict {
    let header = expect_header(probe, file)?;
    let bytes = wire::payload(probe, &header)?;
    if header.offset > 0 {
        let seen = format!("The header has the offset {}.", header.offset);
        return failed(seen, "Nobody asked for one.");
    }
    compare(probe, file, &bytes, 0)?;
    wire::verify(&header, &bytes)
}

/// Takes the header of this file.
pub fn expect_header(probe: &mut TcpProbe, file: &Shared) -> Verdict<Header> {
    let Shared { name, size, .. } = file;
    let header = match wire::reply(probe)? {
        Reply::File(header) => header,
        other => {
            let seen = format!("{name:?} was asked for; the reply is {other}.");
            let finding = Finding::new(Other, seen);
            return Err(finding.after_sending(probe.sent()).into());
        }
    };
    if header.name != *name || header.size != *size {
        let seen = format!(
            "{name:?} of {size} bytes was asked for; the header says {:?} of {} bytes.",
            header.name, header.size
        );
        return failed(
            seen,
            "The header has the name as it was asked for, and the size of the whole file \
             in bytes.",
        );
    }
    Ok(header)
}

/// Are these the bytes of the file, from `start` on?
pub fn compare(
    probe: &TcpProbe,
    file: &Shared,
    came: &[u8],
    start: usize,
) -> Verdict {
    let Some(whole) = &file.bytes else {
        return Ok(()); // the digest has to do
    };
    let wanted = whole.get(start..).unwrap_or_default();
    if came == wanted {
        return Ok(());
    }
    let finding = Finding::bytes(Different, wanted, came);
    Err(finding.after_sending(probe.sent()).into())
}

/// Sends this on a new connection, where this file has to come back.
pub fn answered(
    server: &mut Server,
    request: &[u8],
    file: &Shared,
) -> Verdict<TcpProbe> {
    let mut probe = server.connect()?;
    probe.send(request)?;
    expect_file(&mut probe, file)?;
    Ok(probe)
}

/// A new client gets this file.
pub fn next_is_served(
    server: &mut Server,
    file: &Shared,
    meaning: &str,
) -> Verdict {
    let request = server.get(&file.name);
    answered(server, &request, file).map(drop).explain(meaning)
}
