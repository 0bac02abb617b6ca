//! Which files a server shares: those that the grader has put there, or those that the
//! server lists. And the replies that bring them.

use std::io::Read;

use serde_json::Value;

use crate::finding::{Finding, How, Meaning, Verdict, how, skipped};
use crate::server::Server;
use crate::share::SharedFile;
use crate::tcp_probe::TcpProbe;
use crate::wire;

/// Larger files than this are left alone, where somebody else has chosen them.
const MOST: u64 = 4 << 20;

/// All shared files.
pub fn files(server: &mut Server) -> Verdict<Vec<SharedFile>> {
    if let Some(folder) = &server.folder {
        return Ok(folder.files.clone());
    }
    let mut probe = server.connect()?;
    probe.send(&server.list())?;
    let listed = wire::expect_listing(&mut probe)?;
    let shared = |(name, size)| SharedFile { name, size, bytes: None };
    Ok(listed.into_iter().map(shared).collect())
}

/// One of the shared files that `wanted` accepts, and the request for it; the check is
/// skipped without one.
pub fn one(
    server: &mut Server,
    what: &str,
    wanted: impl Fn(&SharedFile) -> bool,
) -> Verdict<(SharedFile, Vec<u8>)> {
    let mut files = files(server)?;
    files.retain(|file| file.size <= MOST && wanted(file));
    match server.random.choice(files) {
        Some(file) => {
            let request = server.get(&file.name);
            Ok((file, request))
        }
        None => skipped(format!("the server shares no {what}")),
    }
}

/// Any file that is neither empty nor long.
pub fn any(server: &mut Server) -> Verdict<(SharedFile, Vec<u8>)> {
    one(server, "file of 2 bytes to 1 MB", |f| (2..1_000_000).contains(&f.size))
}

/// One that does not fit into the systems' smallest buffers.
pub fn large(server: &mut Server) -> Verdict<(SharedFile, Vec<u8>)> {
    one(server, "file over 100 KB", |f| f.size > 100_000)
}

/// Takes the reply to a `get` of this file, which has to bring all of it.
pub fn expect_file(probe: &mut TcpProbe, file: &SharedFile) -> Verdict {
    expect_rest(probe, file, 0)
}

/// The same for a `get` with an offset, where less may come.
pub fn expect_rest(
    probe: &mut TcpProbe,
    file: &SharedFile,
    offset: u64,
) -> Verdict {
    let SharedFile { name, size, bytes } = file;
    let header = wire::reply(probe)?;
    if header["status"] != "file" {
        return wire::wrong(probe, &header);
    }
    if header["filename"] != name.as_str() || header["file_size"] != *size {
        return wire::wrong(probe, &header).explain(&format!(
            "{name:?} of {size} bytes was asked for: the header has the name as it was \
             asked for, and the size of the whole file in bytes."
        ));
    }
    let start = header["offset"].as_u64().unwrap_or(0);
    if start != 0 && start != offset {
        return wire::wrong(probe, &header).explain(&format!(
            "Byte {offset} was asked for: the header says the same offset, or none when \
             the bytes start at 0."
        ));
    }
    let mut came = Vec::new();
    let left = size - start;
    let end = match probe.take(left).read_to_end(&mut came) {
        Ok(_) => How::Ended,
        Err(e) => how(&e),
    };
    if (came.len() as u64) < left {
        let seen = format!(
            "{} of the {left} bytes that the header announces came.",
            came.len()
        );
        return probe.fails(Finding::new(end, seen));
    }
    let whole = match bytes {
        Some(whole) if came != whole[start as usize..] => {
            let rest = &whole[start as usize..];
            return probe.fails(Finding::bytes(How::Different, rest, &came));
        }
        Some(whole) => whole,
        None if start == 0 => &came,
        None => return Ok(()),
    };
    let (field, digest) = match &header["sha256"] {
        Value::Null => ("md5", wire::md5_of(whole)),
        _ => ("sha256", wire::sha256_of(whole)),
    };
    let said = header[field].as_str().unwrap_or_default();
    if said.eq_ignore_ascii_case(&digest) {
        return Ok(());
    }
    wire::wrong(probe, &header).explain(&format!(
        "The {field} of the whole file is {digest}: compute it over all of its bytes, in \
         hexadecimal."
    ))
}

/// Sends this, and this file has to come back.
pub fn ask(probe: &mut TcpProbe, request: &[u8], file: &SharedFile) -> Verdict {
    probe.send(request)?;
    expect_file(probe, file)
}

/// The same on a new connection.
pub fn answered(
    server: &mut Server,
    request: &[u8],
    file: &SharedFile,
) -> Verdict<TcpProbe> {
    let mut probe = server.connect()?;
    ask(&mut probe, request, file)?;
    Ok(probe)
}

/// A new client gets a file.
pub fn next_is_served(server: &mut Server, meaning: &str) -> Verdict {
    let (file, request) = any(server).explain(meaning)?;
    answered(server, &request, &file).map(drop).explain(meaning)
}
