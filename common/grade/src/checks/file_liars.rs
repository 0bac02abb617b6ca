//! The checks of a server of lesson 4, with wrong requests, clients that leave at the
//! wrong moment, and names that no shared file has.

use std::io::Read;

use serde_json::json;

use super::places::{WIRE, WRONG};
use super::shared::{any, large, next_is_served};
use crate::check::{Check, server};
use crate::finding::How::Ended;
use crate::finding::{Meaning, Problem, Verdict, skipped};
use crate::server::Server;
use crate::share::{LINK, SECRET};
use crate::tcp_probe::TcpProbe;
use crate::wire;
use crate::words::shortened;

/// These stand behind those with right requests.
#[rustfmt::skip] // a check reads as a paragraph
pub const CHECKS: &[Check] = &[
    server("file-transfer.empty-frame", "a length of 0 is refused, and harms nobody else",
        WIRE, |server| {
        let meaning = "A frame's JSON has 1 byte at least. A length of 0 gets an error, \
            or the end of the connection.";
        nonsense(server, &[0; 4], false, meaning)
    }),
    server("file-transfer.too-long", "a length over 65536 is refused at once",
        WIRE, |server| {
        for length in [65_537, u32::MAX] {
            // Nothing more follows, and no end either.
            let meaning = format!("A length of {length} was announced; a frame has at \
                most 65536 bytes. Check the length before you allocate and read: answer \
                with an error, or close the connection.");
            let prefix = wire::prefix(length, server.lowest_first);
            nonsense(server, &prefix, false, &meaning)?;
        }
        Ok(())
    }),
    server("file-transfer.no-request",
        "what is no request is refused, and harms nobody else", WRONG, |server| {
        for payload in [
            &b"\xff\xfe{}"[..],
            b"get a.txt",
            b"{\"command\":",
            b"[]",
            b"{}",
            b"{\"command\":\"get\"}",
            b"{\"command\":\"get\",\"filename\":7}",
            b"{\"command\":\"put\",\"filename\":\"a.txt\"}",
        ] {
            let meaning = "That is no request: answer with an error, or close the \
                connection.";
            nonsense(server, &server.frame(payload), true, meaning)?;
        }
        Ok(())
    }),
    server("file-transfer.half-frame",
        "a stream that ends inside a frame harms nobody else", WRONG, |server| {
        let (_, request) = any(server)?;
        let half = server.random.usize(5..request.len());
        for cut in [server.random.usize(1..4), half] {
            let meaning = "The stream ended inside a frame: what is missing will never \
                come. Close the connection, and go on with the others.";
            nonsense(server, &request[..cut], true, meaning)?;
        }
        Ok(())
    }).after(&["file-transfer.close"]),
    server("file-transfer.leaves",
        "a client that leaves in the middle of its file ends only its own connection",
        "lesson 1, step 6 of its tour: an abrupt close", |server| {
        // Many requests, none of the files read: the server cannot have sent all.
        let requests = large(server)?.1.repeat(100);
        for reset in [true, false] {
            let mut probe = server.connect()?;
            let _refused = probe.send(&requests);
            let _first_of_many = probe.read(&mut [0]);
            if reset {
                probe.reset();
            }
        }
        next_is_served(server, "A client left in the middle of its download. A \
            write can fail as a read can (in Python BrokenPipeError and \
            ConnectionResetError): it ends that client's loop, and not the server.")
    }).after(&["file-transfer.close"]),
    server("file-transfer.leads-out", "no name leads out of the shared folder",
        WRONG, |server| {
        let mut names = vec![
            format!("../{SECRET}"),
            "../../../../../../../../etc/passwd".into(),
            "/etc/passwd".into(),
            "folder/inside.txt".into(),
        ];
        if let Some(folder) = &server.folder {
            let secret = folder.path().with_file_name(SECRET);
            names.push(secret.to_string_lossy().into_owned());
        }
        let meaning = "Nothing outside the shared folder is opened: a name has exactly \
            one part, without / in it, and is not \"..\".";
        names.iter().try_for_each(|name| no_file(server, name, meaning))
    }).points(3),
    server("file-transfer.no-files", "a folder is no file, and an empty name is none",
        WRONG, |server| {
        let folder = if server.folder.is_some() { "folder" } else { "." };
        let meaning = "A folder is no file, and an empty name is none.";
        [folder, ".", "..", ""]
            .iter()
            .try_for_each(|name| no_file(server, name, meaning))
    }),
    server("file-transfer.link", "a link that leads out of the folder is refused",
        WRONG, |server| {
        if server.folder.is_none() || cfg!(windows) {
            return skipped("only a folder that grade has filled has such a link");
        }
        no_file(server, LINK, "It is a symbolic link to a file outside the folder: look \
            where a name leads before you open it.")
    }).strict(),
    server("file-transfer.odd-names",
        "names that some system takes for something else are refused", WRONG, |server| {
        let long = "n".repeat(5000);
        let meaning = "Some system takes this name for something else.";
        ["NUL", "C:x", "a\\b", "..\\x", "x.", "a\0b", "\x1b[31m", &long]
            .iter()
            .try_for_each(|name| no_file(server, name, meaning))
    }).strict(),
    server("file-transfer.unknown", "an unknown command is answered by an error",
        WRONG, |server| {
        let nonsense = json!({"command": "nonsense"}).to_string();
        let mut probe = server.connect()?;
        probe.send(&server.frame(nonsense))?;
        let meaning = "An error frame says what was wrong.";
        wire::expect_error(&mut probe).explain(meaning)?;
        next_is_served(server, meaning)
    }).strict(),
    server("file-transfer.told-why", "the error reaches a client that is still sending",
        WRONG, |server| {
        let mut probe = server.connect()?;
        let mut bytes = vec![0xff; 4];
        bytes.extend(vec![b'x'; 8 << 20]); // more than the systems' buffers hold
        let sent = probe.send(&bytes);
        probe.half_close();
        sent.and_then(|()| wire::expect_error(&mut probe))
            .explain("The server closed with bytes unread. That resets the connection: \
                the client's send fails, and on some systems the error that you sent is \
                thrown away. Send the error, shut down for writing, read on for a \
                moment, and close then.")
    }).strict(),
];

/// An error or the end of the connection, whichever the server prefers, is wanted; but
/// no file, no listing, and no silence. And the next client is served.
fn refused(server: &mut Server, mut probe: TcpProbe, meaning: &str) -> Verdict {
    match wire::expect_error(&mut probe) {
        Err(Problem::Failed(finding)) if finding.how == Ended => {}
        verdict => verdict.explain(meaning)?,
    }
    drop(probe);
    let meaning = format!("{meaning} The client after that one suffers.");
    next_is_served(server, &meaning)
}

/// Sends what is no request, and perhaps the end of the stream.
fn nonsense(
    server: &mut Server,
    bytes: &[u8],
    end: bool,
    meaning: &str,
) -> Verdict {
    let mut probe = server.connect()?;
    let _refused = probe.send(bytes);
    if end {
        probe.half_close();
    }
    refused(server, probe, meaning)
}

/// Asks for what is no name of a shared file: an error is wanted, and no bytes.
fn no_file(server: &mut Server, name: &str, meaning: &str) -> Verdict {
    let mut probe = server.connect()?;
    probe.send(&server.get(name))?;
    let name = shortened(name.as_bytes(), 40);
    refused(server, probe, &format!("\"{name}\" was asked for. {meaning}"))
}
