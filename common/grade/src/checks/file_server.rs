//! The checks of a server of lesson 4, with right requests: its wire, as its page has it.

use serde_json::json;

use super::places::{CLOSE, NOBODY_READS, WIRE};
use super::shared::{
    self, answered, any, ask, expect_file, expect_rest, large,
};
use crate::check::{Check, server};
use crate::finding::How::{Different, Ended, Other, Silence};
use crate::finding::{Meaning, Problem, Verdict, failed, skipped};
use crate::server::Server;
use crate::share::{LINK, SharedFile};
use crate::tcp_probe::TcpProbe;
use crate::wire;

const GET: &str = "file-transfer.get";

/// What tells most about a program stands first.
#[rustfmt::skip] // a check reads as a paragraph
pub const CHECKS: &[Check] = &[
    server("file-transfer.list", "list names each file with its size", WIRE, |server| {
        wire::in_its_order(server, listing)
    }).points(2),
    server("file-transfer.close", "a client that closes ends its own connection only",
        CLOSE, |server| {
        let meaning = "One client connected and closed; the next one gets no answer. A \
            read of 0 bytes is the end of the stream: leave that client's loop, and \
            accept the next one.";
        drop(server.connect()?);
        for _ in 0..2 {
            let mut probe = server.connect()?;
            probe.send(&server.list())?;
            // (A get would fail where it is not written yet.)
            wire::reply(&mut probe).explain(meaning)?;
        }
        Ok(())
    }).points(2).after(&["file-transfer.list"]),
    server(GET, "get brings a header with size and digest, then the bytes of the file",
        WIRE, |server| {
        let (file, request) = any(server)?;
        fetch(server, &request, &file)
    }).points(3),
    server("file-transfer.empty-file", "an empty file is a header and no bytes",
        WIRE, |server| {
        let (file, request) = shared::one(server, "empty file", |f| f.size == 0)?;
        // Nothing may follow the header of an empty file: so, twice.
        answered(server, &request, &file)
            .and_then(|mut probe| ask(&mut probe, &request, &file))
            .explain("The server shares this file: 0 bytes follow its header.")
    }).after(&[GET]),
    server("file-transfer.large", "a large file arrives to the byte", WIRE, |server| {
        let (file, request) = large(server)?;
        fetch(server, &request, &file)
    }).after(&[GET]),
    server("file-transfer.late-reader", "a client that reads late gets every byte",
        NOBODY_READS, |server| {
        let (file, request) = large(server)?;
        let mut probe = server.connect()?;
        probe.exchange(&request.repeat(30), true);
        let mut files = (0..30).map(|_| expect_file(&mut probe, &file));
        files.try_for_each(|arrived| arrived).explain("Thirty files were asked \
            for, and nothing was read for a while. A send can take less than it is given \
            (in Python sendall, not send); where the client does not read yet, a write \
            waits.")
    }).after(&[GET, "file-transfer.large", "file-transfer.five"]),
    server("file-transfer.names", "names with spaces and in Chinese are names",
        WIRE, |server| {
        let odd = |f: &SharedFile| f.name.contains(' ') || !f.name.is_ascii();
        let mut files = shared::files(server)?;
        files.retain(odd);
        if files.is_empty() {
            return skipped("the server shares no file with such a name");
        }
        files.iter().take(5).try_for_each(|file| {
            let request = server.get(&file.name);
            fetch(server, &request, file)
        })
    }).after(&[GET]),
    server("file-transfer.missing",
        "a file that is not there is an error, and the connection goes on",
        WIRE, |server| {
        let (file, request) = any(server)?;
        let mut probe = server.connect()?;
        let meaning = "A file that is not there is answered by \
            {\"status\":\"error\",\"message\":...}, and the connection goes on.";
        probe.send(&server.get("no-such-file"))?;
        wire::expect_error(&mut probe)
            .and_then(|()| ask(&mut probe, &request, &file))
            .explain(meaning)
    }).points(2),
    server("file-transfer.offset",
        "get with an offset brings the rest, or says that it starts at 0",
        WIRE, |server| {
        let (file, _) = any(server)?;
        let middle = server.random.u64(1..file.size);
        [middle, file.size].into_iter().try_for_each(|offset| {
            let request = json!({
                "command": "get", "filename": file.name, "offset": offset,
            });
            let mut probe = server.connect()?;
            probe.send(&server.frame(request.to_string()))?;
            expect_rest(&mut probe, &file, offset)
                .when(Different, "The bytes start at the offset that the header says.")
                .and_then(|()| expect_no_more(&mut probe))
                .explain("Behind a header with an offset come file_size - offset bytes, \
                    and no more; behind one without an offset comes the whole file.")
        })
    }).after(&[GET]),
];

fn listing(server: &mut Server) -> Verdict {
    let mut probe = server.connect()?;
    probe.send(&server.list())?;
    let asks = "{\"command\":\"list\"} asks for a listing: first a frame with its count, \
                then a frame for each file.";
    let listed = wire::expect_listing(&mut probe).explain(asks)?;
    expect_no_more(&mut probe).explain(
        "Behind the listing come as many frames as its count says, and no more.",
    )?;
    let Some(folder) = &server.folder else {
        return Ok(()); // only the server knows what it shares
    };
    for SharedFile { name, size, .. } in &folder.files {
        if !listed.contains(&(name.clone(), *size)) {
            let meaning = if folder.path().join(name).exists() {
                "A listing names each file of the folder, with its size."
            } else {
                "It is not in the folder any more: somebody has removed it since it was \
                 put there. A server only reads what it shares."
            };
            let seen = format!("{name:?}, {size} bytes, is missing.");
            return failed(seen, meaning);
        }
    }
    // --strict looks at links.
    let known = |name: &str| {
        name == LINK || folder.files.iter().any(|file| file.name == name)
    };
    match listed.iter().find(|(name, _)| !known(name)) {
        None => Ok(()),
        Some((name, size)) => failed(
            format!("{name:?}, {size} bytes, is listed."),
            "It is no file of that folder that a client could get.",
        ),
    }
}

fn fetch(server: &mut Server, request: &[u8], file: &SharedFile) -> Verdict {
    answered(server, request, file)
        .map(drop)
        .when(
            Different,
            "The bytes of the file follow the header as they are (in Python: open it \
             with \"rb\", and send with sendall).",
        )
        .when(
            Ended,
            "The file has to be sent to its end: one call sends what the system takes at \
             once (in Python sendall, not send).",
        )
        .when(Other, "The server shares this file: send it.")
}

/// The end may be slow to come; another check is about that.
fn expect_no_more(probe: &mut TcpProbe) -> Verdict {
    probe.half_close();
    match probe.expect_end() {
        Err(Problem::Failed(finding)) if finding.how == Silence => Ok(()),
        verdict => verdict,
    }
}
