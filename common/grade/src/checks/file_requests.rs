//! The checks of a server of lesson 4, with requests in pieces, and from many clients.

use std::array::from_fn;

use serde_json::json;

use super::clients::{
    Question, crowd, half_way, never_reads, next, says_goodbye, says_nothing,
};
use super::places::{CUTS, READ_ON, THREADS, WIRE};
use super::shared::{any, brings, large, small};
use crate::check::{Check, server};
use crate::finding::Meaning;
use crate::wire;

/// These stand behind those with one request.
#[rustfmt::skip] // a check reads as a paragraph
pub const CHECKS: &[Check] = &[
    server("cut", "a request is read whole, wherever the stream is cut", |server| {
        let question = any(server)?;
        let end = question.bytes.len();
        let more: [usize; 5] = from_fn(|_| server.random.usize(6..end));
        let mut cuts = (1..6).chain(more);
        cuts.try_for_each(|cut| question.cut(server, [cut])).explain(READ_ON)
    }).see(CUTS).points(3),
    server("one-byte", "a request that comes one byte at a time is a request", |server| {
        let question = any(server)?;
        question.cut(server, 1..question.bytes.len()).explain(READ_ON)
    }).see(CUTS).after(&["cut"]),
    server("five", "five requests in one write are five replies in their order",
        |server| {
        let missing = Question::new(server.get("no-such-file"), wire::expect_error);
        let mut any = || any(server);
        let five = [any()?, any()?, missing, any()?, any()?];
        let mut probe = server.connect()?;
        probe.send(&five.each_ref().map(|one| &one.bytes[..]).concat())?;
        five.iter().try_for_each(|one| (one.take)(&mut probe))
            .explain("Five requests came in one piece, the third one for a file that is \
                not there. Read four bytes, and then exactly as many as they say: the \
                bytes behind them are the next request.")
    }).see(CUTS).points(2).after(&["missing"]),
    server("longest", "the longest frame, of 65536 bytes, is a request like any other",
        |server| {
        [65_535, 65_536].into_iter().try_for_each(|length| {
            let file = small(server)?;
            let mut json = server.get(&file.name).split_off(4);
            json.resize(length, b' '); // spaces behind JSON are JSON
            let cut = server.random.usize(10_000..60_000);
            brings(server.frame(json), file).cut(server, [cut])
        }).explain("A frame may have 65536 bytes: spaces follow the JSON of this one, as \
            JSON allows, up to 65536 or one less. Read on until all of it is there.")
    }).see(WIRE).after(&["cut"]),
    server("json", "JSON with other spaces and another order is the same request",
        |server| {
        let file = small(server)?;
        let name = json!(file.name);
        let json = format!(" {{\"filename\" :\r\n\t{name} , \"command\":\"get\"}} ");
        brings(server.frame(json), file).ask(server).explain("This JSON \
            has other spaces, and its fields in another order: read it with a JSON \
            library.")
    }).see(WIRE),
    server("goodbye", "after a goodbye between two frames the server closes, too",
        |server| says_goodbye(server, any)).see(WIRE).after(&["close"]),
    server("idle-clients",
        "clients that say nothing or do not read hold up nobody else", |server| {
        let request = any(server)?.bytes;
        let _silent = server.connect()?;
        let mut half = server.connect()?;
        half.send(&request[..server.random.usize(1..request.len())])?;
        next(server, any, "Two others are connected: one says nothing, one has sent half \
            a request. Serve each connection in a thread of its own.")?;
        match large(server) {
            Ok(one) => never_reads(server, any, &one.bytes.repeat(100)),
            Err(_) => Ok(()), // without a large file nothing waits in a write
        }
    }).see(THREADS).points(2),
    server("half-way", "two clients that are both inside a request get their own replies",
        |server| half_way(server, [any, large], 9))
        .see(THREADS).after(&["idle-clients", "cut", "large"]),
    server("silent-client", "a client that says nothing for two seconds is still served",
        |server| says_nothing(server, any)).see(THREADS).after(&["five"]),
    server("thirty-clients", "thirty clients at once get their file",
        |server| crowd(server, any, 30)).see(THREADS).after(&["idle-clients"]).strict(),
    server("more-fields", "fields that nobody knows are ignored", |server| {
        let file = small(server)?;
        let json = json!({
            "command": "get", "filename": file.name, "color": {"red": [1]},
        });
        brings(server.frame(json.to_string()), file).ask(server)
            .explain("The request has a field more, called color: ignore it, as an older \
                server has to when a field is added.")
    }).see(WIRE).after(&["json"]).strict(),
];
