//! The checks of a client of lesson 4: right servers in odd pieces, and liars.

use std::fs;
use std::ops::Range;

use serde_json::Value;

use super::places::{CUTS, READ_ON, WIRE, WRONG};
use crate::check::{Check, client};
use crate::client::Client;
use crate::fake_file_server::FakeFileServer;
use crate::finding::How::{Different, Other};
use crate::finding::{Meaning, Verdict};
use crate::program::Finished;
use crate::wire::{LOWEST_FIRST, OTHER_ORDER, digest};

const WHOLE: &str = "lesson 4, \"Why is it like this?\": whole and verified";

/// An earlier download.
const EARLIER: &[u8] = b"an earlier good file";

/// How many bytes a file has where that does not matter.
const SOME: Range<usize> = 20..4000;

/// From one file that is saved to servers that lie.
#[rustfmt::skip] // a check reads as a paragraph
pub const CHECKS: &[Check] = &[
    client("saves", "a file is saved under the name that was asked for",
        |client| saves(client, "file.bin", SOME, "Ask for NAME; read four bytes (the \
            highest is the first), as many bytes of JSON as they say, then file_size \
            bytes. Some may have come in the same piece; no end comes behind them. If \
            the header has their digest, save them as DIR/NAME.")
    ).see(WIRE).points(3).basis(),
    client("byte-order", "a request is its length, the highest byte first, and its JSON",
        |client| {
        let (server, finished) = told(client, |_| ())?;
        match server.asked.get() {
            Some((true, ..)) => finished.fails(Different, OTHER_ORDER, LOWEST_FIRST),
            // One more frame has more bytes.
            Some((.., more)) if (1..4).contains(&more.len()) => finished.fails(Different,
                "More came behind the JSON.", "The length counts all that you send: no \
                newline stands behind the JSON."),
            _ => Ok(()),
        }
    }).see(WIRE).points(2),
    client("empty", "an empty file is saved", |client| {
        saves(client, "empty.txt", 0..1, "A file of 0 bytes is a file, too: no byte \
            follows its header.")
    }).see(WIRE),
    client("large", "a file of 2 MB is saved to the byte", |client| {
        saves(client, "large.bin", 2_000_000..2_001_000, "A read returns what has come \
            so far: read on until as many bytes have come as file_size says.")
    }).see(WIRE).points(2),
    client("odd-name", "a name with a space and Chinese letters is a name",
        |client| saves(client, "two 粘包.txt", SOME, "")).see(WIRE),
    client("one-byte", "a reply that comes one byte at a time is the same", |client| {
        // The header alone is more than a hundred bytes.
        let mut server = FakeFileServer::new(client, "file.bin", 20..21)?;
        server.by_bytes = true;
        let finished = server.run(client)?;
        server.is_saved(&finished).explain(READ_ON)
    }).see(CUTS).points(3),
    client("glued", "a header and a file in one write are two things", |client| {
        // One read could return all of it.
        saves(client, "file.bin", 20..21, "Length, JSON and file \
            came in one piece. Read four bytes, then exactly as many as they say, and \
            leave the rest for the file.")
    }).see(CUTS).points(2),
    client("too-few", "9 of 10 bytes are not a file", |client| {
        not_saved(client, |server| {
            server.body.truncate(server.bytes.len() * 9 / 10);
        }, "The stream ended (a read of 0 bytes) before file_size bytes had come. Write \
            to another name, and rename when every byte is there.")
    }).see(WHOLE).points(3),
    client("wrong-digest", "a wrong digest saves nothing", |client| {
        let another = digest("md5", b"another file");
        not_saved(client, |server| server.lie("md5", another), "The digest in the header \
            is that of other bytes: compute the digest of what has come, compare, and \
            give the file its name only then.")
    }).see(WHOLE).points(2),
    client("earlier", "an earlier file stays until the new one is whole", |client| {
        // Of more than the systems' buffers hold the client has begun to write. And what
        // is whole has another digest: to save it is the mistake of another check.
        for (length, missing) in [(24 << 20, 1), (99, 0)] {
            let (server, finished) = told(client, |server| {
                let _no_room = fs::write(server.path("file.bin"), EARLIER);
                server.body = vec![b'x'; length];
                server.lie("file_size", length + missing);
            })?;
            let stays = |saved: &[u8]| saved == EARLIER || saved == server.body;
            let at_the_end = server.saved().is_some_and(|saved| stays(&saved));
            // A client that has all of it may be saving it just then.
            let before = server.asked.get().and_then(|asked| asked.1.as_deref());
            if !at_the_end || missing > 0 && !before.is_some_and(stays) {
                let seen = "The earlier file of that name is gone, and no new one came.";
                return finished.fails(Other, seen, "Until the new file is whole and \
                    verified, the earlier one stays as it was: write to another name, \
                    and rename at the end.");
            }
        }
        Ok(())
    }).see(WHOLE).after(&["too-few"]),
    client("sha256", "a sha256 in place of the md5 is verified, too", |client| {
        let sha256 = |server: &mut FakeFileServer, bytes: &[u8]| {
            server.lie("md5", Value::Null);
            server.lie("sha256", digest("sha256", bytes));
        };
        told(client, |server| sha256(server, &server.bytes.clone()))
            .and_then(|(server, finished)| server.is_saved(&finished))
            .explain("A server may put \"sha256\" in the place of \"md5\": 64 digits.")?;
        not_saved(client, |server| sha256(server, b"other"),
            "Its sha256 is that of other bytes.")
    }).see(WIRE).after(&["wrong-digest"]),
    client("no-digest", "a file without a digest is not saved", |client| {
        not_saved(client, |server| server.lie("md5", Value::Null),
            "Without a digest nothing can be verified.")
    }).see(WHOLE).after(&["wrong-digest"]),
    client("too-many", "bytes behind the file are not saved", |client| {
        let more = client.letters(50);
        let (server, finished) = told(client, |server| server.body.extend(more.bytes()))?;
        if server.saved().is_none() {
            return Ok(()); // a client may take it for a lie
        }
        server.is_saved(&finished).explain("Read as many bytes as file_size says, and no \
            more: those behind belong to the next reply.")
    }).see(WIRE),
    client("other-name", "the name that the server sends is not used", |client| {
        for folder in ["../", ""] {
            let name = format!("{folder}{}.txt", client.letters(9));
            let lie = |server: &mut FakeFileServer| server.lie("filename", &*name);
            let (server, finished) = told(client, lie)?;
            if server.path(&name).exists() {
                let seen = format!("The server sent the name {name:?}; it was written.");
                return finished.fails(Other, seen, "A server may send any name, such as \
                    ../../.bashrc. Use the one that you asked for.");
            }
        }
        Ok(())
    }).see(WRONG).points(2),
    client("error", "an error saves nothing, and ends", |client| {
        not_saved(client, |server| server.is_error("no such file"),
            "An error came instead of a file: say so, and end.")
    }).see(WIRE),
    client("no-reply", "a server that closes without a reply saves nothing", |client| {
        not_saved(client, |server| server.header = Value::Null, "The connection ended \
            without a reply: a read of 0 bytes is the end of the stream.")
    }).see(WIRE).after(&["too-few"]),
    client("huge", "a huge size and a few bytes: nothing is saved", |client| {
        not_saved(client, |server| {
            server.lie("file_size", u64::MAX);
            server.body.truncate(20);
        }, "The header announced 18446744073709551615 bytes, and 20 came.")
    }).see(WRONG).after(&["too-few"]),
    client("escapes", "escape codes of a server reach no terminal", |client| {
        let codes = "\u{1b}[31m\u{1b}]0;owned\u{7}no such file";
        let (_, finished) = told(client, |server| server.is_error(codes))?;
        if ![&finished.output[..], &finished.errors].concat().contains(&0x1b) {
            return Ok(());
        }
        let seen = "The client printed the escape codes of the server's message.";
        finished.fails(Other, seen, "A terminal obeys them: it can be coloured, renamed, \
            or worse. Escape what is not printable (in Python repr).")
    }).see(WRONG).strict(),
    client("status", "a download that failed has a status that says so", |client| {
        let (_, finished) = told(client, |server| server.body.truncate(10))?;
        match finished.success {
            Some(true) => finished.fails(Other, "The download failed, and the client \
                reported success.", "A script sees the exit status only: 0 for done, 1 \
                for failed (in Python sys.exit(1))."),
            _ => Ok(()),
        }
    }).see(WRONG).strict(),
];

/// A file of so many bytes is offered, and has to be saved.
fn saves(
    client: &mut Client,
    name: &str,
    length: Range<usize>,
    meaning: &str,
) -> Verdict {
    let server = FakeFileServer::new(client, name, length)?;
    let finished = server.run(client)?;
    server.is_saved(&finished).explain(meaning)
}

/// A server that is right but for this lie, and what the client has made of it.
fn told(
    client: &mut Client,
    lie: impl FnOnce(&mut FakeFileServer),
) -> Verdict<(FakeFileServer, Finished)> {
    let mut server = FakeFileServer::new(client, "file.bin", SOME)?;
    server.goes_on = false;
    lie(&mut server);
    let finished = server.run(client)?;
    Ok((server, finished))
}

/// The same, and nothing may bear the name of the file.
fn not_saved(
    client: &mut Client,
    lie: impl FnOnce(&mut FakeFileServer),
    meaning: &str,
) -> Verdict {
    let (server, finished) = told(client, lie)?;
    server.is_not_saved(&finished, meaning)
}
