//! The checks of a server of lesson 4, with wrong requests, clients that leave at the
//! wrong moment, and names that no shared file has.

use std::io::Read;

use super::clients::{Manner, next, refused};
use super::places::{LEFT, WIRE, WRONG};
use super::shared::{any, large};
use crate::check::{Check, server};
use crate::finding::How::Ended;
use crate::finding::{Meaning, Problem, Verdict, skipped};
use crate::server::Server;
use crate::share::{LINK, SECRET};
use crate::wire;
use crate::words::shortened;

/// An error or the end of the connection, whichever the server prefers, is wanted; but
/// no file, no listing, and no silence. (What is in an error, "missing" looks at.)
const FILES: Manner = (any, |probe| match wire::reply(probe) {
    Err(Problem::Failed(finding)) if finding.how == Ended => Ok(()),
    Ok(reply)
        if ["file", "listing"].iter().any(|it| reply["status"] == *it) =>
    {
        wire::wrong(probe, &reply)
    }
    verdict => verdict.map(drop),
});

/// These stand behind those with right requests.
#[rustfmt::skip] // a check reads as a paragraph
pub const CHECKS: &[Check] = &[
    server("empty-frame", "a length of 0 is refused, and harms nobody else", |server| {
        refused(server, FILES, &[0; 4], false, "A frame's JSON has 1 byte at least. A \
            length of 0 gets an error, or the end of the connection.")
    }).see(WIRE),
    server("too-long", "a length over 65536 is refused at once", |server| {
        // Nothing more follows, and no end either.
        let frame = server.frame(vec![b' '; 65_537]);
        [&frame[..4], &[0xff; 4]].iter().try_for_each(|length| {
            refused(server, FILES, length, false, "A frame has at most 65536 bytes, and \
                a greater length was announced. Check the length before you allocate and \
                read: answer with an error, or close the connection.")
        })
    }).see(WIRE).after(&["close"]),
    server("no-request", "a frame without a request is refused, and harms nobody else",
        |server| {
        [
            &b"\xff\xfe{}"[..],
            b"get small.txt",
            b"{\"command\":",
            b"[]",
            b"{}",
            b"{\"command\":\"get\"}",
            b"{\"command\":\"get\",\"filename\":7}",
            b"{\"command\":\"put\",\"filename\":\"small.txt\"}",
        ].iter().try_for_each(|payload| {
            let bytes = server.frame(payload);
            let shown = shortened(payload, 40);
            refused(server, FILES, &bytes, true, &format!("{shown} is not a request: \
                answer with an error, or close the connection."))
        })
    }).see(WRONG).after(&["close"]),
    server("half-frame", "a stream that ends inside a frame harms nobody else", |server| {
        let request = any(server)?.bytes;
        let half = server.random.usize(5..request.len());
        [server.random.usize(1..4), half].iter().try_for_each(|cut| {
            refused(server, FILES, &request[..*cut], true, "The stream ended inside a \
                frame: the rest will never come. Close this connection only.")
        })
    }).see(WRONG).after(&["close"]),
    server("leaves",
        "a client that leaves in the middle of its file ends only its own connection",
        |server| {
        // Many requests, none of the files read: the server cannot have sent all.
        let requests = large(server)?.bytes.repeat(100);
        for ended in [false, true] {
            let mut probe = server.connect().explain(LEFT)?;
            let _refused = probe.send(&requests);
            let _first_of_many = probe.read(&mut [0]);
            if ended {
                probe.half_close(); // the server's error is another one
            }
            probe.reset();
        }
        next(server, any, LEFT)
    }).see("lesson 1, step 6 of its tour: an abrupt close").after(&["close"]),
    server("leads-out", "no name leads out of the shared folder", |server| {
        let secret = server.folder.as_ref().map(|f| f.path().with_file_name(SECRET));
        let secret = secret.unwrap_or("/etc/hosts".into());
        no_files(server, &[
            &format!("../{SECRET}"),
            "../../../../../../../../etc/passwd",
            "/etc/passwd",
            "folder/inside.txt",
            &secret.to_string_lossy(),
        ], "Nothing outside the shared folder is opened: a name has exactly one part, \
            without / in it, and is not \"..\".")
    }).see(WRONG).points(3).after(&["close"]),
    server("no-files", "a folder and an empty name are refused", |server| {
        let folder = if server.folder.is_some() { "folder" } else { "." };
        no_files(server, &[folder, ".", "..", ""],
            "Only a file can be got: no folder, and not the empty name.")
    }).see(WRONG).after(&["close"]),
    server("link", "a link that leads out of the folder is refused", |server| {
        if server.folder.is_none() || cfg!(windows) {
            return skipped("only a folder that grade has filled has such a link");
        }
        no_files(server, &[LINK], "It is a symbolic link to a file outside the folder: \
            look where a name leads before you open it.")
    }).see(WRONG).after(&["close"]).strict(),
    server("odd-names", "names that some system takes for something else are refused",
        |server| {
        let long = "n".repeat(5000);
        let names = ["NUL", "C:x", "a\\b", "..\\x", "x.", "a\0b", "\x1b[31m", &long];
        no_files(server, &names, "Some system takes this name for something else.")
    }).see(WRONG).after(&["close"]).strict(),
    server("unknown", "an unknown command is answered by an error", |server| {
        let bytes = server.frame("{\"command\":\"nonsense\"}");
        let told: Manner = (any, wire::expect_error);
        refused(server, told, &bytes, false, "An error frame says what was wrong.")
    }).see(WRONG).after(&["close"]).strict(),
    server("told-why", "the error reaches a client that is still sending", |server| {
        // More than the systems' buffers hold.
        let bytes = [&[0xff; 4], &vec![b'x'; 8 << 20][..]].concat();
        let mut probe = server.connect()?;
        let sent = probe.send(&bytes);
        probe.half_close();
        sent.and_then(|()| wire::expect_error(&mut probe))
            .explain("A close with bytes unread resets the connection: the client's send \
                fails, and the error that you sent can be lost. Send it, shut down for \
                writing, read on for a moment, and then close.")
    }).see(WRONG).strict(),
];

/// None of these is the name of a shared file: an error is wanted, and no bytes.
fn no_files(server: &mut Server, names: &[&str], meaning: &str) -> Verdict {
    names.iter().try_for_each(|name| {
        let shown = shortened(name.as_bytes(), 40);
        let meaning = format!("\"{shown}\" was asked for. {meaning}");
        refused(server, FILES, &server.get(name), false, &meaning)
    })
}
