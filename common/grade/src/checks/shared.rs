//! Which files a server shares: those that the grader has put there, or those that the
//! server lists. And the requests for them.

use std::ops::Range;

use super::clients::Question;
use super::places::TO_ITS_END;
use crate::finding::How::{Different, Ended};
use crate::finding::{Finding, Meaning, Verdict, skipped};
use crate::server::Server;
use crate::share::SharedFile;
use crate::tcp_probe::TcpProbe;
use crate::wire;

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

/// One of the shared files that `wanted` accepts; the check is skipped without one.
pub fn one(server: &mut Server, size: Range<u64>) -> Verdict<SharedFile> {
    let mut files = files(server)?;
    files.retain(|file| size.contains(&file.size));
    // Other checks are about odd names.
    if files.iter().any(|file| !file.is_odd()) {
        files.retain(|file| !file.is_odd());
    }
    let file = server.random.choice(files);
    file.map_or_else(|| skipped("the server shares no file of such a size"), Ok)
}

/// Any file that is neither empty nor long.
pub fn small(server: &mut Server) -> Verdict<SharedFile> {
    one(server, 2..1_000_000)
}

/// The request for such a file.
pub fn any(server: &mut Server) -> Verdict<Question> {
    small(server).map(|file| brings(server.get(&file.name), file))
}

/// The same for one that does not fit into the systems' smallest buffers. Where somebody
/// else has chosen the files, very large ones are left alone.
pub fn large(server: &mut Server) -> Verdict<Question> {
    let large = one(server, 100_000..8_000_000);
    large.map(|file| brings(server.get(&file.name), file))
}

/// A request that brings this file.
pub fn brings(request: Vec<u8>, file: SharedFile) -> Question {
    Question::new(request, move |probe| expect_file(probe, &file, 0))
}

/// Takes the reply to a `get` of this file with an offset, where less may come.
pub fn expect_file(
    probe: &mut TcpProbe,
    file: &SharedFile,
    offset: u64,
) -> Verdict {
    let SharedFile { name, size, bytes } = file;
    let header = wire::reply(probe)?;
    if header["status"] != "file" {
        return wire::wrong(probe, &header);
    }
    let start = header["offset"].as_u64().unwrap_or(0);
    if header["filename"] != name.as_str()
        || header["file_size"] != *size
        || (start != 0 && start != offset)
    {
        return wire::wrong(probe, &header).explain(&format!(
            "{name:?} of {size} bytes was asked for, from byte {offset} on: the header \
             has this \"filename\", the number of all its bytes as \"file_size\", and \
             this \"offset\", or none when the bytes start at 0."
        ));
    }
    let left = (size - start) as usize;
    let (came, end) = probe.up_to(left as u64);
    let rest = bytes.as_ref().map_or(&came[..], |all| &all[start as usize..]);
    let is_short = came.len() < left;
    if is_short || came != rest {
        let how = if is_short { end } else { Different };
        let mut finding = Finding::bytes(how, rest, &came);
        if is_short {
            let came = came.len();
            finding.seen = format!(
                "{came} of the {left} bytes that the header announces came."
            );
        }
        let fails = probe.fails(finding);
        return fails.when(Ended, TO_ITS_END).when(Different, TO_ITS_END);
    }
    let whole = match bytes {
        Some(whole) => whole,
        None if start == 0 => &came,
        None => return Ok(()),
    };
    let field = if header["sha256"].is_null() { "md5" } else { "sha256" };
    let digest = wire::digest(field, whole);
    let said = header[field].as_str().unwrap_or_default();
    if said.eq_ignore_ascii_case(&digest) {
        return Ok(());
    }
    wire::wrong(probe, &header).explain(&format!(
        "The \"{field}\" of the whole file is {digest}: compute it over all of its \
         bytes, in hexadecimal."
    ))
}
