//! The tour: every sample file over a real connection, and the bytes on the wire.

use std::path::Path;
use std::time::Duration;
use std::{fs, iter, thread};

use anyhow::{Context, Result, ensure};
use common::addr::Addr;
use common::calls::{Call, Recording};
use common::connect::room_for;
use common::failure::no_thread;
use common::frame::{PREFIX, read_frame};
use common::output::{bytes, print};
use common::printable::{hex, printable};
use common::step::{print_heading, wait};
use common::trace::Trace;

use crate::client::Client;
use crate::digest::Algorithm;
use crate::folders;
use crate::made::{self, Made};
use crate::server::Server;
use crate::server::options::Options;
use crate::server::share::SharedFolder;

const TIMEOUT: Duration = Duration::from_secs(5);

/// The files that a tour downloads are small; a student's own may not be.
const SMALL: u64 = 1 << 20;

/// How many bytes of a file are shown.
const SHOWN: usize = 48;

pub fn run(show_calls: bool) -> Result<()> {
    room_for(6)?;
    made::remove_on_a_signal();
    let folder = tempfile::tempdir().context("no temporary folder")?.keep();
    // Removed again when this function returns.
    let _made = Made::new(folder.clone());
    let shared = match folders::share() {
        Ok(shared) => shared,
        Err(_) => {
            let samples = folder.join("samples");
            folders::make_samples(&samples)?;
            samples
        }
    };
    let shared = shared.as_path();

    print("A server that shares a folder, and a client, in one process. What")?;
    print("you see are the bytes that the client has written and read.")?;

    let addr = start_server(shared, &Trace::new("server", show_calls))?;
    let trace = Trace::new("client", show_calls);
    let (trace, calls) = trace.recorded("client");
    let to = folder.join("download");
    let mut client = Client::connect(addr.clone(), to, TIMEOUT, trace)?;

    print_heading(format!("1. What does {addr} share?"))?;
    let mut entries = Vec::new();
    client.list(|entry| {
        entries.push(entry);
        Ok(())
    })?;
    let (_, replies) = written_and_read(&calls);
    for json in payloads(&replies).iter().take(11) {
        print(format_args!("   {}", printable(json)))?;
    }
    // A hidden file, such as macOS's .DS_Store, is nobody's example.
    entries.retain(|entry| {
        entry.file_size <= SMALL && !entry.filename.starts_with('.')
    });

    let first = entries.iter().find(|entry| entry.file_size > 0);
    let first = &first.context("the shared folder is empty")?.filename;
    let shown = printable(first.as_bytes());
    print_heading(format!("2. The request: get {shown}"))?;
    let saved = client.get(first, &[])?;
    let (request, reply) = written_and_read(&calls);
    print_frame(&request)?;
    print("   A frame: four bytes of length, the highest first, then so many")?;
    print("   bytes of JSON. The server knows how far to read.")?;

    print_heading("3. The reply: a header of the same form, then the file")?;
    let payload = print_frame(&reply)?;
    let shown = &payload[..payload.len().min(SHOWN)];
    print_bytes(shown, "   the payload")?;
    print(format_args!(
        "   {} of its {} are shown. The header's file_size says where",
        shown.len(),
        bytes(payload.len() as u64)
    ))?;
    print("   it ends, its md5 whether it is right:")?;
    let algorithm = saved.digest.algorithm.name();
    print(format_args!("   {algorithm} {}", saved.digest.hex))?;
    let same = payload == fs::read(saved.path)?;
    ensure!(same, "the file is not what was sent");

    print_heading("4. Every file up to 1 MiB, verified and compared")?;
    for entry in &entries {
        let saved = client.get(&entry.filename, &[])?;
        let original = fs::read(shared.join(&entry.filename))?;
        let same = fs::read(saved.path)? == original;
        ensure!(same, "{} differs from the original", entry.filename);
        let name = printable(entry.filename.as_bytes());
        let (digest, size) = (saved.digest.hex, saved.size);
        print(format_args!("   {digest} {size:>7}  {name}"))?;
    }
    calls.so_far();

    print_heading("5. A file that is not there")?;
    let refused = client.get("missing.txt", &[]).err();
    let (request, reply) = written_and_read(&calls);
    for json in payloads(&request).iter().chain(&payloads(&reply)) {
        print(format_args!("   {}", printable(json)))?;
    }
    ensure!(refused.is_some(), "a file that is not there has arrived");
    client.get(first, &[])?;
    let first = printable(first.as_bytes());
    print(format_args!(
        "   The same connection goes on: {first} is here again."
    ))?;

    print(
        "\nNow you: cargo run -p file-transfer -- server    in one terminal,",
    )?;
    print("         cargo run -p file-transfer -- client    in another.")?;
    Ok(())
}

/// Starts a server on a free port, on a thread of its own.
fn start_server(shared: &Path, trace: &Trace) -> Result<Addr> {
    let options =
        Options { timeout: TIMEOUT, max_clients: 1, nagle: false, quiet: true };
    let folder = SharedFolder::find(shared, Algorithm::Md5)?;
    let any_port = "127.0.0.1:0".parse()?;
    let server = Server::bind(&any_port, folder, options, trace)?;
    let addr = server.listener.local_addr()?.into();
    let thread = thread::Builder::new().spawn(move || server.serve());
    thread.map_err(|e| no_thread(&e))?;
    Ok(addr)
}

/// All that the client has written, and all that it has read, since the last look.
fn written_and_read(calls: &Recording) -> (Vec<u8>, Vec<u8>) {
    let calls = calls.so_far();
    let all = |name| {
        let named = calls.iter().filter(|call: &&Call| call.name == name);
        named.flat_map(|call| call.bytes.iter().flatten()).copied().collect()
    };
    (all("write"), all("read"))
}

/// The payloads of these frames.
fn payloads(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    iter::from_fn(|| read_frame(&mut bytes).ok().flatten()).collect()
}

/// Prints a frame byte by byte; returns what follows it.
fn print_frame(bytes: &[u8]) -> Result<&[u8]> {
    let mut rest = bytes;
    let Some(json) = read_frame(&mut rest)? else { return Ok(bytes) };
    print_bytes(&bytes[..PREFIX], "   the length")?;
    wait("")?; // how long is it?
    print_bytes(&json, &format!("   {} bytes of JSON", json.len()))?;
    Ok(rest)
}

/// Prints sixteen bytes a line, in hexadecimal and as text.
fn print_bytes(bytes: &[u8], title: &str) -> Result<()> {
    print(title)?;
    for line in bytes.chunks(16) {
        let plain = |b: &u8| match b {
            b' '..=b'~' => char::from(*b),
            _ => '.',
        };
        let text: String = line.iter().map(plain).collect();
        print(format_args!("     {:<47}  |{text}|", hex(line)))?;
    }
    Ok(())
}
