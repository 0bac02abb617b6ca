//! The checks of a server of lesson 4, with requests in pieces, and from many clients.

use std::thread;
use std::time::Duration;

use serde_json::json;

use super::places::{CUTS, READ_ON, THREADS, WIRE};
use super::shared::{answered, any, ask, expect_file, large, next_is_served};
use crate::check::{Check, server};
use crate::finding::How::Silence;
use crate::finding::{Meaning, Verdict};
use crate::server::Server;
use crate::share::SharedFile;
use crate::wire;

const CUT: &str = "file-transfer.cut";
const GET: &str = "file-transfer.get";
const IDLE: &str = "file-transfer.idle-clients";

/// These stand behind those with one request.
#[rustfmt::skip] // a check reads as a paragraph
pub const CHECKS: &[Check] = &[
    server("file-transfer.one-byte",
        "a request that comes one byte at a time is a request", CUTS, |server| {
        let (file, request) = any(server)?;
        let cuts: Vec<usize> = (1..request.len()).collect();
        in_pieces(server, &request, &cuts, &file, READ_ON)
    }).after(&[CUT]),
    server(CUT, "a request is read whole, wherever the stream is cut", CUTS, |server| {
        let (file, request) = any(server)?;
        let mut cuts = vec![1, 2, 3, 4, 5];
        cuts.extend((0..5).map(|_| server.random.usize(6..request.len())));
        cuts.iter().try_for_each(|cut| {
            in_pieces(server, &request, &[*cut], &file, READ_ON)
        })
    }).points(3),
    server("file-transfer.five",
        "five requests in one write are five replies in their order", CUTS, |server| {
        let [(a, get_a), (b, get_b)] = [any(server)?, any(server)?];
        let (list, missing) = (server.list(), server.get("no-such-file"));
        let mut probe = server.connect()?;
        probe.send(&[&get_a[..], &list, &missing, &get_b, &get_a].concat())?;
        expect_file(&mut probe, &a)
            .and_then(|()| wire::expect_listing(&mut probe))
            .and_then(|_| wire::expect_error(&mut probe))
            .and_then(|()| expect_file(&mut probe, &b))
            .and_then(|()| expect_file(&mut probe, &a))
            .explain("Five requests came in one piece: get, list, get of a missing file, \
                get, get. Read four bytes, and then exactly as many as they say: what \
                lies behind is the next request.")
    }).points(2),
    server("file-transfer.longest",
        "the longest frame, of 65536 bytes, is a request like any other", WIRE, |server| {
        let (file, request) = any(server)?;
        for length in [65_535, 65_536] {
            let mut json = request[4..].to_vec();
            json.resize(length, b' '); // spaces behind JSON are JSON
            let cut = server.random.usize(10_000..60_000);
            in_pieces(server, &server.frame(json), &[cut], &file, &format!("A frame may \
                have 65536 bytes, and this one has {length}: its JSON is followed by \
                spaces here, which JSON allows. Read on until all of it is there."))?;
        }
        Ok(())
    }).after(&[CUT]),
    server("file-transfer.json",
        "JSON with other spaces and another order is the same request", WIRE, |server| {
        let (file, _) = any(server)?;
        let name = json!(file.name);
        let json = format!(" {{\"filename\" :\r\n\t{name} , \"command\":\"get\"}} ");
        let request = server.frame(json);
        answered(server, &request, &file).map(drop).explain("The request is JSON with \
            other spaces, and its fields in another order: read it with a JSON library.")
    }),
    server("file-transfer.goodbye", "a goodbye between two frames is answered by an end",
        WIRE, |server| {
        let (file, request) = any(server)?;
        let mut probe = answered(server, &request, &file)?;
        probe.half_close();
        probe.expect_end().when(Silence, "The stream may end between two frames: that is \
            a goodbye. Close the connection, too; a read of 0 bytes is the end.")
    }).after(&["file-transfer.close"]),
    server(IDLE, "clients that say nothing hold up nobody else", THREADS, |server| {
        let (_, request) = any(server)?;
        let _silent = server.connect()?;
        let mut half = server.connect()?;
        half.send(&request[..server.random.usize(1..request.len())])?;
        next_is_served(server, "Two others are connected: one says nothing, one \
            has sent half a request. Serve each connection in a thread of its own.")
    }).points(2),
    server("file-transfer.half-way",
        "two clients that are both inside a request get their own replies",
        THREADS, |server| {
        let [(a, get_a), (b, get_b)] = [any(server)?, large(server)?];
        server.half_way([&get_a, &get_b], 9, |probe, n| expect_file(probe, [&a, &b][n]))
    }).after(&[IDLE, CUT]),
    server("file-transfer.silent-client",
        "a client that says nothing for two seconds is still served", THREADS, |server| {
        let (file, request) = any(server)?;
        let mut probe = answered(server, &request, &file)?;
        thread::sleep(Duration::from_millis(2200));
        ask(&mut probe, &request, &file).explain("This client got its file, and then \
            said nothing for two seconds. That is no reason to leave it.")
    }).after(&[GET, "file-transfer.five"]),
    server("file-transfer.thirty-clients", "thirty clients at once get their file",
        THREADS, |server| {
        let (file, request) = any(server)?;
        let mut clients = Vec::new();
        for _ in 0..30 {
            // One connects when the one before has been served: none has to wait for
            // a place in the queue of `listen(5)`.
            let probe = answered(server, &request, &file)
                .explain("Others are connected, and came before.")?;
            clients.push(probe);
        }
        for probe in clients.iter_mut().rev() {
            ask(probe, &request, &file).explain("29 others are connected.")?;
        }
        Ok(())
    }).after(&[IDLE]).strict(),
    server("file-transfer.more-fields", "fields that nobody knows are ignored",
        WIRE, |server| {
        let (file, _) = any(server)?;
        let json = json!({
            "command": "get", "filename": file.name, "color": {"red": [1]},
        });
        let request = server.frame(json.to_string());
        answered(server, &request, &file).map(drop).explain("The request has a field \
            more, called color: ignore it, as an older server has to when a field is \
            added.")
    }).strict(),
];

fn in_pieces(
    server: &mut Server,
    request: &[u8],
    cuts: &[usize],
    file: &SharedFile,
    meaning: &str,
) -> Verdict {
    let mut probe = server.connect()?;
    let sending = probe.send_cut(request, cuts);
    sending.and_then(|()| expect_file(&mut probe, file)).explain(meaning)
}
