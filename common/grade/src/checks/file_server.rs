//! The checks of a server of lesson 4, with right requests: its wire, as its page has it.

use serde_json::json;

use super::clients::{
    Question, closes, in_its_order, in_network_order, reads_late,
};
use super::places::{CLOSE, NOBODY_READS, TO_ITS_END, WIRE};
use super::shared::{any, brings, expect_file, files, large, one, small};
use crate::check::{Check, server};
use crate::finding::How::{Ended, Silence};
use crate::finding::{Meaning, Problem, Verdict, failed, skipped};
use crate::server::Server;
use crate::share::{LINK, SharedFile, SharedFolder};
use crate::tcp_probe::TcpProbe;
use crate::wire;

/// What tells most about a program stands first.
#[rustfmt::skip] // a check reads as a paragraph
pub const CHECKS: &[Check] = &[
    server("list", "list names each file with its size",
        |server| in_its_order(server, lists)).see(WIRE).points(2),
    server("get", "get brings a header with size and digest, then the bytes of the file",
        |server| in_its_order(server, any).explain(SHARES_IT))
        .see(WIRE).points(3).basis(),
    server("close", "a client that closes ends its own connection only", |server| {
        drop(server.connect()?); // and one that has said nothing
        closes(server, any)
    }).see(CLOSE).points(11),
    server("byte-order", "the length of a frame has its highest byte first",
        |server| in_network_order(server, any)).see(WIRE).points(2),
    server("empty-file", "an empty file is a header and no bytes", |server| {
        let file = one(server, 0..1)?;
        let question = brings(server.get(&file.name), file);
        let mut probe = server.connect()?;
        // Nothing may follow the header of an empty file: so, twice.
        question.on(&mut probe)
            .explain("The server shares this file: 0 bytes follow its header.")?;
        question.on(&mut probe)
            .when(Ended, "The first reply came, and then the end: a \
                connection is good for more than one request.")
            .explain("The file was asked for twice: 0 bytes follow its header, and then \
                the next reply begins.")
    }).see(WIRE),
    server("large", "a large file arrives to the byte", |server| {
        let mut probe = server.connect()?;
        large(server)?.on(&mut probe).explain(TO_ITS_END)?;
        expect_no_more(&mut probe).explain("More came than the header announces: the \
            last piece is shorter than the others. Send what a read has returned, and \
            nothing behind it.")
    }).see(WIRE).points(2),
    server("late-reader", "a client that reads late gets every byte",
        |server| reads_late(server, large))
        .see(NOBODY_READS).after(&["large", "empty-file"]),
    server("names", "names with spaces and in Chinese are names", |server| {
        let mut files = files(server)?;
        files.retain(SharedFile::is_odd);
        if files.is_empty() {
            return skipped("the server shares no file with such a name");
        }
        files.truncate(5);
        files.into_iter().try_for_each(|file| {
            brings(server.get(&file.name), file).ask(server)
        }).explain(SHARES_IT)
    }).see(WIRE).after(&["close"]),
    server("missing", "a file that is not there is an error, and the connection goes on",
        |server| {
        let question = any(server)?;
        let mut probe = server.connect()?;
        ["no-such-file", "no \"such\" file"].into_iter()
            .try_for_each(|name| {
                Question::new(server.get(name), wire::expect_error).on(&mut probe)
            })
            .and_then(|()| question.on(&mut probe))
            .explain("A file that is not there is answered by \
                {\"status\":\"error\",\"message\":...}, and the connection goes on.")
    }).see(WIRE).points(3),
    server("offset", "get with an offset brings the rest, or says that it starts at 0",
        |server| {
        let file = small(server)?;
        [server.random.u64(1..file.size), file.size].iter().try_for_each(|offset| {
            let request = json!({
                "command": "get", "filename": file.name, "offset": offset,
            });
            let mut probe = server.connect()?;
            probe.send(&server.frame(request.to_string()))?;
            expect_file(&mut probe, &file, *offset)
                .and_then(|()| expect_no_more(&mut probe))
                .explain("A header with an offset is followed by file_size - offset \
                    bytes, and no more; one without an offset by the whole file.")
        })
    }).see(WIRE).after(&["close"]),
];

const SHARES_IT: &str = "The server shares this file: send a header with \
    \"status\":\"file\", and then its bytes. (If you have read it for its digest, go \
    back to its start.)";

/// The request for a list, which has to be that of the folder.
fn lists(server: &mut Server) -> Verdict<Question> {
    let folder = server.folder.clone();
    let take = move |probe: &mut _| expect_list(probe, folder.as_ref());
    Ok(Question::new(server.list(), take))
}

fn expect_list(probe: &mut TcpProbe, folder: Option<&SharedFolder>) -> Verdict {
    let listed = wire::expect_listing(probe).explain(
        "{\"command\":\"list\"} asks for a listing: first a frame with \
         \"status\":\"listing\" and its count, then a frame for each file.",
    )?;
    expect_no_more(probe).explain(
        "The listing is followed by as many frames as its count says, and no more.",
    )?;
    let Some(folder) = folder else {
        return Ok(()); // only the server knows what it shares
    };
    let is_listed = |f: &SharedFile| listed.contains(&(f.name.clone(), f.size));
    let mut shared = folder.files.iter();
    if let Some(file) = shared.find(|file| !is_listed(file)) {
        let seen = format!("{:?}, {} bytes, is missing.", file.name, file.size);
        let meaning = if folder.path().join(&file.name).exists() {
            "A listing names each file of the folder, with its size."
        } else {
            "It is not in the folder any more: somebody has removed it since it was put \
             there. A server only reads what it shares."
        };
        return failed(seen, meaning);
    }
    let known =
        |name: &String| folder.files.iter().any(|file| file.name == *name);
    // --strict looks at links.
    let mut listed = listed.iter().filter(|(name, _)| name != LINK);
    let Some((name, size)) = listed.find(|(name, _)| !known(name)) else {
        return Ok(());
    };
    let seen = format!("{name:?}, {size} bytes, is listed.");
    failed(seen, "A client cannot get it: list only the files of the folder.")
}

/// The end may be slow to come; another check is about that.
fn expect_no_more(probe: &mut TcpProbe) -> Verdict {
    probe.half_close();
    match probe.expect_end() {
        Err(Problem::Failed(finding)) if finding.how == Silence => Ok(()),
        verdict => verdict,
    }
}
