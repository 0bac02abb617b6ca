//! The tour: every sample file over a real connection, and the bytes on the wire.

use std::path::Path;
use std::time::Duration;
use std::{fs, thread};

use anyhow::{Context, Error, Result, ensure};
use common::cli::{Addr, heading, printable, tell};
use common::frame::PREFIX;
use common::trace::{Call, Recording, Trace};

use crate::client::Client;
use crate::digest::{Algorithm, Remembered};
use crate::server::Server;
use crate::share;

const TIMEOUT: Duration = Duration::from_secs(5);

/// The files that a tour downloads are small; a student's own may not be.
const SMALL: u64 = 1 << 20;

pub fn run(shared: &Path, trace: &Trace) -> Result<()> {
    tell("A server that shares a folder, and a client, in one process. What");
    tell("you see are the bytes that the client has written and read.");

    let server = Server {
        folder: share::folder(shared)?,
        algorithm: Algorithm::Md5,
        timeout: TIMEOUT,
        max_clients: 1,
        nagle: false,
        remembered: Remembered::default(),
        log: |_| {},
    };
    let any_port = "127.0.0.1:0".parse().map_err(Error::msg)?;
    let listener = server.bind(&any_port, trace)?;
    let addr = Addr::from(listener.local_addr()?);
    thread::Builder::new().spawn(move || server.serve(&listener))?;

    let (trace, calls) = trace.recorded();
    // Removed again when this function returns.
    let folder = tempfile::tempdir().context("no temporary folder")?;
    let to = folder.path().to_path_buf();
    let mut client = Client::start(addr.clone(), to, TIMEOUT, trace)?;

    heading(format!("1. What does {addr} share?"));
    let mut entries = Vec::new();
    client.list(|entry| entries.push(entry))?;
    let (_, replies) = wire(&calls);
    for json in frames(&replies).iter().take(11) {
        tell(format_args!("   {}", printable(json)));
    }
    entries.retain(|entry| entry.file_size <= SMALL);

    let first = entries.iter().find(|entry| entry.file_size > 0);
    let first = &first.context("the shared folder is empty")?.filename;
    heading(format!("2. The request: get {first}"));
    let (path, verified) = client.get(first)?;
    let (request, reply) = wire(&calls);
    show_frame(&request);

    heading("3. The reply: a header of the same form, then the file");
    let payload = show_frame(&reply);
    let shown = &payload[..payload.len().min(48)];
    dump(shown, "   the payload");
    tell(format_args!(
        "   {} of its {} bytes are shown. The header's file_size says where",
        shown.len(),
        payload.len()
    ));
    tell("   it ends, its md5 whether it is right:");
    tell(format_args!("   {} {}", verified.algorithm.name(), verified.digest));
    ensure!(payload == fs::read(path)?, "the file is not what was sent");

    heading("4. Every file up to 1 MiB, verified and compared");
    for entry in &entries {
        let (path, verified) = client.get(&entry.filename)?;
        let same = fs::read(path)? == fs::read(shared.join(&entry.filename))?;
        ensure!(same, "{} differs from the original", entry.filename);
        let name = printable(entry.filename.as_bytes());
        tell(format_args!(
            "   {} {:>7}  {name}",
            verified.digest, verified.size
        ));
    }
    calls.so_far();

    heading("5. A file that is not there");
    let refused = client.get("missing.txt").err();
    let (request, reply) = wire(&calls);
    for json in frames(&request).iter().chain(&frames(&reply)) {
        tell(format_args!("   {}", printable(json)));
    }
    ensure!(refused.is_some(), "a file that is not there has arrived");
    let (path, _) = client.get(first)?;
    tell(format_args!(
        "   The same connection goes on: {first} is here again."
    ));

    drop(path);
    folder.close().context("cannot remove the temporary folder")?;
    tell("\nNow you: cargo run -p file-transfer -- server    in one terminal,");
    tell("         cargo run -p file-transfer -- client    in another.");
    Ok(())
}

/// All that the client has written and read since the last look.
fn wire(calls: &Recording) -> (Vec<u8>, Vec<u8>) {
    let calls = calls.so_far();
    let all = |name| {
        let named = calls.iter().filter(|call: &&Call| call.name == name);
        named.flat_map(|call| call.bytes.iter().flatten()).copied().collect()
    };
    (all("write"), all("read"))
}

/// The payloads of these frames.
fn frames(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut payloads = Vec::new();
    while let Some((payload, rest)) = split_frame(bytes) {
        payloads.push(payload);
        bytes = rest;
    }
    payloads
}

fn split_frame(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (prefix, rest) = bytes.split_first_chunk::<PREFIX>()?;
    rest.split_at_checked(u32::from_be_bytes(*prefix) as usize)
}

/// Shows a frame byte by byte; returns what follows it.
fn show_frame(bytes: &[u8]) -> &[u8] {
    let Some((json, rest)) = split_frame(bytes) else {
        return bytes;
    };
    dump(&bytes[..PREFIX], &format!("   the length: {}", json.len()));
    dump(json, "   the JSON");
    rest
}

/// Sixteen bytes a line, in hexadecimal and as text.
fn dump(bytes: &[u8], title: &str) {
    tell(title);
    for line in bytes.chunks(16) {
        let hex: Vec<_> = line.iter().map(|b| format!("{b:02x}")).collect();
        let plain = |b: &u8| match b {
            b' '..=b'~' => char::from(*b),
            _ => '.',
        };
        let text: String = line.iter().map(plain).collect();
        tell(format_args!("     {:<47}  |{text}|", hex.join(" ")));
    }
}
