//! The checks of a server of lesson 4, with right requests: its wire, as its page has it.

use std::time::Duration;

use serde_json::json;

use super::shared::{
    self, answered, compare, expect_file, expect_header, large, next_is_served,
};
use crate::check::{Check, server};
use crate::finding::How::{Different, Ended, Gone, Other, Silence};
use crate::finding::{Finding, Meaning, Problem, Verdict, failed, skipped};
use crate::server::{ONE_BUFFER, Server};
use crate::share::{LINK, Shared};
use crate::tcp_probe::TcpProbe;
use crate::wire::{self, Reply};

const WIRE: &str = "lesson 4, \"The wire\"";
const CUTS: &str = "lesson 3, act \"fixed\": read on until each part is whole";
const THREADS: &str = "lesson 1, one thread for each connection";

const READ_ON: &str = "A read returns what has come so far, which can be less than \
                       you asked for: read on until the length is whole, and then \
                       until the JSON is whole (in Python, recv(4) can return 1 byte).";
const CUT: &str = "file-transfer.cut";
const GET: &str = "file-transfer.get";
const IDLE: &str = "file-transfer.idle-clients";

/// What tells most about a program stands first.
#[rustfmt::skip] // a check reads as a paragraph
pub const CHECKS: &[Check] = &[
    server("file-transfer.list", "list names each file with its size", WIRE, |server| {
        server.lowest_first = false;
        listing(server).map_err(|problem| byte_order(server, problem))
    }).points(2),
    server("file-transfer.close", "a client that closes ends its own connection only",
        "lesson 1, step 5 of its tour: an orderly close", |server| {
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
        let file = shared::any(server)?;
        fetch(server, &file)
    }).points(3),
    server("file-transfer.empty-file", "an empty file is a header and no bytes",
        WIRE, |server| {
        let file = shared::one(server, "empty file", |f| f.size == 0)?;
        let mut probe = server.connect()?;
        // Nothing may follow the header of an empty file: so, twice.
        for _ in 0..2 {
            probe.send(&server.get(&file.name))?;
            expect_file(&mut probe, &file).explain("The server shares this file: 0 bytes \
                follow its header.")?;
        }
        Ok(())
    }).after(&[GET]),
    server("file-transfer.large", "a large file arrives to the byte", WIRE, |server| {
        let file = large(server)?;
        fetch(server, &file)
    }).after(&[GET]),
    server("file-transfer.late-reader", "a client that reads late gets every byte",
        "lesson 1, where it breaks on purpose: both write, and nobody reads", |server| {
        let file = large(server)?;
        let requests = server.get(&file.name).repeat(30);
        let mut probe = server.connect()?;
        let read = |probe: &mut TcpProbe| {
            (0..30).try_for_each(|_| expect_file(probe, &file))
        };
        probe.exchange(&requests, true, read).explain("Thirty files were asked for, and \
            nothing was read for a while. A send can take less than it is given (in \
            Python sendall, not send); where the client does not read yet, a write \
            waits.")
    }).after(&[GET, "file-transfer.large", "file-transfer.five"]),
    server("file-transfer.names", "names with spaces and in Chinese are names",
        WIRE, |server| {
        let odd = |f: &Shared| f.name.contains(' ') || !f.name.is_ascii();
        let mut files = shared::files(server)?;
        files.retain(odd);
        if files.is_empty() {
            return skipped("the server shares no file with such a name");
        }
        files.iter().take(5).try_for_each(|file| fetch(server, file))
    }).after(&[GET]),
    server("file-transfer.missing",
        "a file that is not there is an error, and the connection goes on",
        WIRE, |server| {
        let file = shared::any(server)?;
        let name = String::from_utf8(server.letters(20)).unwrap_or_default();
        let mut probe = server.connect()?;
        probe.send(&server.get(&name))?;
        let meaning = "A file that is not there is answered by \
            {\"status\":\"error\",\"message\":...}, and the connection goes on.";
        let Reply::Error(_) = wire::reply(&mut probe).explain(meaning)? else {
            return failed("The reply is no error.", meaning);
        };
        probe.send(&server.get(&file.name)).explain(meaning)?;
        expect_file(&mut probe, &file).explain(meaning)
    }).points(2),
    server("file-transfer.offset",
        "get with an offset brings the rest, or says that it starts at 0",
        WIRE, |server| {
        let file = shared::any(server)?;
        let middle = server.random.u64(1..file.size);
        [middle, file.size]
            .into_iter()
            .try_for_each(|asked| from_offset(server, &file, asked))
    }).after(&[GET]),
    server("file-transfer.one-byte",
        "a request that comes one byte at a time is a request", CUTS, |server| {
        let file = shared::any(server)?;
        let request = server.get(&file.name);
        let cuts: Vec<usize> = (1..request.len()).collect();
        in_pieces(server, &request, &cuts, &file)
    }).after(&[CUT]),
    server(CUT, "a request is read whole, wherever the stream is cut", CUTS, |server| {
        let file = shared::any(server)?;
        let request = server.get(&file.name);
        let mut cuts = vec![1, 2, 3, 4, 5];
        cuts.extend((0..5).map(|_| server.random.usize(6..request.len())));
        cuts.iter()
            .try_for_each(|cut| in_pieces(server, &request, &[*cut], &file))
    }).points(3),
    server("file-transfer.five",
        "five requests in one write are five replies in their order", CUTS, |server| {
        let [a, b] = &[shared::any(server)?, shared::any(server)?];
        let name = String::from_utf8(server.letters(20)).unwrap_or_default();
        let requests = [
            server.get(&a.name),
            server.list(),
            server.get(&name),
            server.get(&b.name),
            server.get(&a.name),
        ];
        let mut probe = server.connect()?;
        probe.send(&requests.concat())?;
        let mut all = || {
            expect_file(&mut probe, a)?;
            let Reply::Listing(_) = wire::reply(&mut probe)? else {
                return failed("The second reply is no listing.", "");
            };
            let Reply::Error(_) = wire::reply(&mut probe)? else {
                return failed("The third reply is no error.", "");
            };
            expect_file(&mut probe, b)?;
            expect_file(&mut probe, a)
        };
        all().explain("Five requests came in one piece: get, list, get of a missing \
            file, get, get. Read four bytes, and then exactly as many as they say: what \
            lies behind is the next request.")
    }).points(2),
    server("file-transfer.longest",
        "the longest frame, of 65536 bytes, is a request like any other", WIRE, |server| {
        let file = shared::any(server)?;
        for length in [65_535, 65_536] {
            let mut request = server.get(&file.name).split_off(4);
            request.resize(length, b' '); // spaces behind JSON are JSON
            let request = server.frame(request);
            let cut = server.random.usize(10_000..60_000);
            let mut probe = server.connect()?;
            let sending = probe.send_cut(&request, &[cut]);
            sending.and_then(|()| expect_file(&mut probe, &file)).explain(&format!("A \
                frame may have 65536 bytes, and this one has {length}: its JSON is \
                followed by spaces here, which JSON allows. Read on until all of it is \
                there."))?;
        }
        Ok(())
    }).after(&[CUT]),
    server("file-transfer.json",
        "JSON with other spaces and another order is the same request", WIRE, |server| {
        let file = shared::any(server)?;
        let name = json!(file.name);
        let request =
            format!(" {{\"filename\" :\r\n\t{name} , \"command\":\"get\"}} ");
        let request = server.frame(request);
        answered(server, &request, &file).map(drop).explain("The request is JSON \
            with other spaces, and its fields in another order: read it with a \
            JSON library.")
    }),
    server("file-transfer.goodbye", "a goodbye between two frames is answered by an end",
        WIRE, |server| {
        let file = shared::any(server)?;
        let request = server.get(&file.name);
        let mut probe = answered(server, &request, &file)?;
        probe.half_close()?;
        probe.expect_end().when(Silence, "The stream may end between two frames: that is \
            a goodbye. Close the connection, too; a read of 0 bytes is the end.")
    }).after(&["file-transfer.close"]),
    server(IDLE, "clients that say nothing hold up nobody else", THREADS, |server| {
        let file = shared::any(server)?;
        let request = server.get(&file.name);
        let _silent = server.connect()?;
        let mut half = server.connect()?;
        half.send(&request[..server.random.usize(1..request.len())])?;
        next_is_served(server, &file, "Two others are connected: one says nothing, one \
            has sent half a request. Serve each connection in a thread of its own.")
    }).points(2),
    server("file-transfer.half-way",
        "two clients that are both inside a request get their own replies",
        THREADS, |server| {
        let files = [shared::any(server)?, large(server)?];
        let requests = files.each_ref().map(|file| server.get(&file.name));
        let mut probes = server.half_way([&requests[0], &requests[1]], 9)?;
        for (probe, file) in probes.iter_mut().zip(&files) {
            expect_file(probe, file).explain(ONE_BUFFER)?;
        }
        Ok(())
    }).after(&[IDLE, CUT]),
    server("file-transfer.silent-client",
        "a client that says nothing for two seconds is still served", THREADS, |server| {
        let file = shared::any(server)?;
        let request = server.get(&file.name);
        let mut probe = answered(server, &request, &file)?;
        probe.stay_silent(Duration::from_millis(2200));
        probe.send(&request)?;
        expect_file(&mut probe, &file).explain("This client got its file, and then said \
            nothing for two seconds. That is no reason to leave it.")
    }).after(&[GET, "file-transfer.five"]),
    server("file-transfer.thirty-clients", "thirty clients at once get their file",
        THREADS, |server| {
        let file = shared::any(server)?;
        let request = server.get(&file.name);
        let mut clients = Vec::new();
        for _ in 0..30 {
            // One connects when the one before has been served: none has to wait for
            // a place in the queue of `listen(5)`.
            let probe = answered(server, &request, &file)
                .explain("Others are connected, and came before.")?;
            clients.push(probe);
        }
        for probe in clients.iter_mut().rev() {
            probe.send(&request)?;
            expect_file(probe, &file).explain("29 others are connected.")?;
        }
        Ok(())
    }).after(&[IDLE]).strict(),
    server("file-transfer.more-fields", "fields that nobody knows are ignored",
        WIRE, |server| {
        let file = shared::any(server)?;
        let request = json!({
            "command": "get", "filename": file.name, "color": {"red": [1]},
        });
        let request = server.frame(request.to_string());
        answered(server, &request, &file).map(drop).explain("The request has a \
            field more, called color: ignore it, as an older server has to when a \
            field is added.")
    }).strict(),
];

fn listing(server: &mut Server) -> Verdict {
    let mut probe = server.connect()?;
    probe.send(&server.list())?;
    let asks = "{\"command\":\"list\"} asks for a listing: first a frame with its count, \
                then a frame for each file.";
    let Reply::Listing(listed) = wire::reply(&mut probe).when(Silence, asks)?
    else {
        return failed("The reply is no listing.", asks);
    };
    probe.half_close()?;
    let (more, _) = probe.rest();
    if !more.is_empty() {
        return Err(Finding::bytes(Different, b"", &more).into()).explain(
            "Behind the listing come as many frames as its count says, and no more.",
        );
    }
    let Some(filled) = &server.filled else {
        return Ok(()); // only the server knows what it shares
    };
    for Shared { name, size, .. } in &filled.files {
        if !listed.contains(&(name.clone(), *size)) {
            let meaning = if filled.path().join(name).exists() {
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
        name == LINK || filled.files.iter().any(|file| file.name == name)
    };
    match listed.iter().find(|(name, _)| !known(name)) {
        None => Ok(()),
        Some((name, size)) => failed(
            format!("{name:?}, {size} bytes, is listed."),
            "It is no file of that folder that a client could get.",
        ),
    }
}

/// Looks whether a server has the length the other way round. The rest is graded in the
/// order that it has.
fn byte_order(server: &mut Server, mut problem: Problem) -> Problem {
    server.lowest_first = true;
    let answered = listing(server);
    server.lowest_first = answered.is_ok();
    let reads = !matches!(
        answered,
        Err(Problem::Failed(f)) if matches!(f.how, Silence | Gone)
    );
    if let Problem::Failed(finding) = &mut problem
        && (server.lowest_first || finding.how == Silence && reads)
    {
        finding.meaning = wire::LOWEST_FIRST.into();
    }
    problem
}

fn from_offset(server: &mut Server, file: &Shared, asked: u64) -> Verdict {
    let rest = "Behind a header with an offset come file_size - offset bytes, and no \
                more; behind one without an offset comes the whole file.";
    let mut probe = server.connect()?;
    let request = json!({
        "command": "get", "filename": file.name, "offset": asked,
    });
    probe.send(&server.frame(request.to_string()))?;
    let header = expect_header(&mut probe, file)?;
    if header.offset != 0 && header.offset != asked {
        let at = header.offset;
        return failed(
            format!("Byte {asked} was asked for; the header goes on at {at}."),
            "The header says the same offset, or none when the bytes start at 0.",
        );
    }
    let bytes = wire::payload(&mut probe, &header).explain(rest)?;
    let start = usize::try_from(header.offset).unwrap_or(usize::MAX);
    compare(&probe, file, &bytes, start)
        .explain("The bytes start at the offset that the header says.")?;
    if let Some(whole) = file.bytes.as_ref().or((start == 0).then_some(&bytes))
    {
        wire::verify(&header, whole)?;
    }
    probe.half_close()?;
    probe.expect_end().when(Different, rest)
}

fn fetch(server: &mut Server, file: &Shared) -> Verdict {
    let request = server.get(&file.name);
    answered(server, &request, file)
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

fn in_pieces(
    server: &mut Server,
    request: &[u8],
    cuts: &[usize],
    file: &Shared,
) -> Verdict {
    let mut probe = server.connect()?;
    probe
        .send_cut(request, cuts)
        .and_then(|()| expect_file(&mut probe, file))
        .explain(READ_ON)
}
