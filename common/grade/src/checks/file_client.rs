//! The checks of a client of lesson 4: right servers in odd pieces, and liars.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use super::places::{CUTS, READ_ON, WIRE, WRONG};
use crate::check::{Check, client};
use crate::client::Client;
use crate::fake_file_server::FakeFileServer;
use crate::finding::How::Other;
use crate::finding::{Meaning, Verdict, broken};
use crate::wire::digest;

const WHOLE: &str = "lesson 4, \"Why is it like this?\": whole and verified";

const WRONG_DIGEST: &str = "file-transfer.client-wrong-digest";
const TOO_FEW: &str = "file-transfer.client-too-few";

/// From one file that is saved to servers that lie.
#[rustfmt::skip] // a check reads as a paragraph
pub const CHECKS: &[Check] = &[
    client("file-transfer.client-saves",
        "a file is saved under the name that was asked for", WIRE,
        |client| truth(client, "file.bin")).points(3).basis(),
    client("file-transfer.client-empty", "an empty file is saved", WIRE, |client| {
        let mut server = FakeFileServer::new(client, "empty.txt")?;
        server.bytes.clear();
        saves(client, &server)
            .explain("A file of 0 bytes is a file, too: no byte follows its header.")
    }),
    client("file-transfer.client-large", "a file of 2 MB is saved to the byte",
        WIRE, |client| {
        let mut server = FakeFileServer::new(client, "large.bin")?;
        server.bytes = vec![0; 2_000_000 + client.random.usize(0..1000)];
        client.random.fill(&mut server.bytes);
        saves(client, &server).explain("A read returns what has come so far: read on \
            until as many bytes have come as file_size says.")
    }).points(2),
    client("file-transfer.client-odd-name",
        "a name with a space and Chinese letters is a name",
        WIRE, |client| truth(client, "two 粘包.txt")),
    client("file-transfer.client-one-byte",
        "a reply that comes one byte at a time is the same", CUTS, |client| {
        let mut server = FakeFileServer::new(client, "file.bin")?;
        server.bytes.truncate(20);
        let reply = server.reply(&server.header(), &server.bytes);
        // The header alone is more than a hundred bytes.
        let cuts: Vec<usize> = (1..reply.len()).collect();
        let finished = server
            .download(client, |probe| probe.send_cut(&reply, &cuts).is_ok())?;
        server.is_saved(&finished).explain(READ_ON)
    }).points(3),
    client("file-transfer.client-glued",
        "a header and a file in one write are two things", CUTS, |client| {
        let mut server = FakeFileServer::new(client, "file.bin")?;
        server.bytes.truncate(20); // one read could return all of it
        saves(client, &server).explain("Length, JSON and file came in one piece. Read \
            four bytes, then exactly as many as they say, and leave the rest for the \
            file.")
    }).points(2),
    client(TOO_FEW, "9 of 10 bytes are no file", WHOLE, |client| {
        let reply = |server: &FakeFileServer| {
            let nine = server.bytes.len() * 9 / 10;
            server.reply(&server.header(), &server.bytes[..nine])
        };
        not_saved(client, reply, false, "The stream ended before all the bytes of the \
            header's file_size had come. Write to another name, and rename when every \
            byte is there.")
    }).points(2),
    client(WRONG_DIGEST, "a wrong digest saves nothing",
        WHOLE, |client| {
        let reply = |server: &FakeFileServer| {
            server.reply(&server.lie("md5", digest("md5", b"another file")), &server.bytes)
        };
        not_saved(client, reply, false, "The digest in the header is that of other \
            bytes: compute the digest of what has come, compare, and give the file its \
            name only then.")
    }).points(2),
    client("file-transfer.client-sha256", "a sha256 in place of the md5 is verified, too",
        WIRE, |client| {
        let reply = |server: &FakeFileServer, digest: String| {
            let mut header = server.lie("sha256", digest);
            header.as_object_mut().map(|fields| fields.remove("md5"));
            server.reply(&header, &server.bytes)
        };
        let server = FakeFileServer::new(client, "file.bin")?;
        let right = reply(&server, digest("sha256", &server.bytes));
        let finished = server.send(client, &right, true)?;
        server.is_saved(&finished).explain("A server may put \"sha256\" in the place of \
            \"md5\": 64 digits.")?;
        let wrong = |server: &FakeFileServer| reply(server, digest("sha256", b"other"));
        not_saved(client, wrong, false, "Its sha256 is that of other bytes.")
    }).after(&[WRONG_DIGEST]),
    client("file-transfer.client-no-digest", "a file without a digest is not saved",
        WHOLE, |client| {
        let reply = |server: &FakeFileServer| {
            server.reply(&server.lie("md5", Value::Null), &server.bytes)
        };
        not_saved(client, reply, false, "Without a digest nothing can be verified.")
    }).after(&[WRONG_DIGEST]),
    client("file-transfer.client-earlier",
        "an earlier file stays until the new one is whole", WHOLE, |client| {
        let mut server = FakeFileServer::new(client, "file.bin")?;
        let earlier = fs::write(server.path("file.bin"), "an earlier good file");
        earlier.map_err(|e| broken("no file", &e))?;
        let before = server.saved();
        // More than the systems' buffers hold: the client has begun to write.
        server.bytes = vec![b'x'; 24 << 20];
        let header = server.lie("file_size", server.bytes.len() + 1);
        let reply = server.reply(&header, &server.bytes);
        let touched = AtomicBool::new(false);
        let finished = server.download(client, |probe| {
            if probe.send(&reply).is_ok() && server.saved() != before {
                touched.store(true, Ordering::Relaxed);
            }
            false
        })?;
        if touched.into_inner() || server.saved() != before {
            let seen = "The earlier file of that name is gone, and no new one came.";
            return finished.fails(Other, seen, "Until the new file is \
                whole and verified, the earlier one stays as it was: write to another \
                name, and rename at the end.");
        }
        Ok(())
    }).after(&[TOO_FEW]),
    client("file-transfer.client-too-many", "bytes behind the file are not saved",
        WIRE, |client| {
        let server = FakeFileServer::new(client, "file.bin")?;
        let mut reply = server.reply(&server.header(), &server.bytes);
        reply.extend(client.letters(50).bytes());
        let finished = server.send(client, &reply, false)?;
        if server.saved().is_none() {
            return Ok(()); // a client may take it for a lie
        }
        server.is_saved(&finished).explain("Read as many bytes as file_size says, and no \
            more: what lies behind belongs to the next reply.")
    }),
    client("file-transfer.client-other-name",
        "the name that the server sends is not used", WRONG, |client| {
        let escaped = format!("../{}.txt", client.letters(9));
        let beside = format!("{}.txt", client.letters(9));
        for name in [escaped, beside] {
            let server = FakeFileServer::new(client, "file.bin")?;
            let reply = server.reply(&server.lie("filename", &*name), &server.bytes);
            let finished = server.send(client, &reply, false)?;
            if server.path(&name).exists() {
                let seen =
                    format!("The server sent the name {name:?}; it was written.");
                return finished.fails(Other, seen, "A server may send \
                    any name, such as ../../.bashrc. Use the one that you asked for.");
            }
        }
        Ok(())
    }).points(2),
    client("file-transfer.client-error", "an error saves nothing, and ends",
        WIRE, |client| {
        not_saved(client, |server| error(server, "no such file: lie.txt"), true,
            "An error came instead of a file: say so, and end.")
    }),
    client("file-transfer.client-no-reply",
        "a server that closes without a reply saves nothing", WIRE, |client| {
        not_saved(client, |_| Vec::new(), false, "The connection ended without a reply: \
            a read of 0 bytes is the end of the stream.")
    }).after(&[TOO_FEW]),
    client("file-transfer.client-huge", "a huge size and a few bytes: nothing is saved",
        WRONG, |client| {
        let reply = |server: &FakeFileServer| {
            server.reply(&server.lie("file_size", u64::MAX), &server.bytes[..20])
        };
        let meaning = "The header announced 18446744073709551615 bytes, and 20 came.";
        not_saved(client, reply, false, meaning)
    }).after(&[TOO_FEW]),
    client("file-transfer.client-escapes", "escape codes of a server reach no terminal",
        WRONG, |client| {
        let server = FakeFileServer::new(client, "file.bin")?;
        let reply = error(&server, "\u{1b}[31m\u{1b}]0;owned\u{7}no such file");
        let finished = server.send(client, &reply, true)?;
        let mut printed = finished.output.iter().chain(&finished.errors);
        if printed.any(|byte| *byte == 0x1b) {
            let seen = "The client printed the escape codes of the server's message.";
            return finished.fails(Other, seen, "A terminal obeys them: \
                it can be coloured, renamed, or worse. Escape what is not printable (in \
                Python repr).");
        }
        Ok(())
    }).strict(),
    client("file-transfer.client-status",
        "a download that failed has a status that says so", WRONG, |client| {
        let server = FakeFileServer::new(client, "file.bin")?;
        let reply = server.reply(&server.header(), &server.bytes[..10]);
        let finished = server.send(client, &reply, false)?;
        if finished.success == Some(true) {
            let seen = "The download failed, and the client reported success.";
            return finished.fails(Other, seen, "A script sees the exit \
                status only: 0 for done, 1 for failed (in Python sys.exit(1)).");
        }
        Ok(())
    }).strict(),
];

/// A right reply, whose file has to be saved.
fn saves(client: &Client, server: &FakeFileServer) -> Verdict {
    let reply = server.reply(&server.header(), &server.bytes);
    let finished = server.send(client, &reply, true)?;
    server.is_saved(&finished)
}

fn truth(client: &mut Client, name: &str) -> Verdict {
    let server = FakeFileServer::new(client, name)?;
    saves(client, &server)
}

/// A reply after which nothing new may bear the name.
fn not_saved(
    client: &mut Client,
    reply: impl Fn(&FakeFileServer) -> Vec<u8>,
    goes_on: bool,
    meaning: &str,
) -> Verdict {
    let server = FakeFileServer::new(client, "lie.txt")?;
    let finished = server.send(client, &reply(&server), goes_on)?;
    server.is_not_saved(&finished, meaning)
}

fn error(server: &FakeFileServer, message: &str) -> Vec<u8> {
    server.frame(&json!({"status": "error", "message": message}))
}
