//! The tour: every sample file over a real connection, and the bytes on the wire.

use std::path::Path;
use std::time::Duration;
use std::{env, fs, thread};

use anyhow::{Result, ensure};
use common::addr::Addr;
use common::calls::{Call, Recording};
use common::connect::room_for;
use common::failure::{Failure, no_thread, reason};
use common::frame::{PREFIX, read_frame};
use common::output::print;
use common::printable::{hex, printable};
use common::step::{print_heading, wait};
use common::trace::Trace;

use crate::client::Client;
use crate::client::connection::Connection;
use crate::digest::Algorithm;
use crate::folders::SAMPLES;
use crate::made::Made;
use crate::server::share::SharedFolder;
use crate::server::{self, Server};

const TIMEOUT: Duration = Duration::from_secs(5);

pub fn run(show_calls: bool) -> Result<()> {
    room_for(7)?;
    // It is shared, and holds the downloads in a folder that is not listed. Removed again
    // when this function returns.
    let made = Made::new(&env::temp_dir(), "");
    let folder = &made.0;
    let download = folder.join("download");
    let mut created =
        fs::create_dir(folder).and_then(|()| fs::create_dir(&download));
    // All of it twice: is there room for the downloads, too?
    for (name, bytes) in SAMPLES {
        for place in [folder, &download] {
            created = created.and_then(|()| fs::write(place.join(name), bytes));
        }
    }
    created = created.and_then(|()| fs::remove_dir_all(&download));
    created.map_err(|e| {
        let what = format!("cannot make {}", folder.display());
        let remedy =
            "make room there, or set TMPDIR (on Windows TMP) to another folder";
        Failure::new(what, reason(&e), remedy)
    })?;

    print("A server that shares a folder, and a client, in one process. What")?;
    print("you see are the bytes that the client has written and read.")?;

    let addr = start_server(folder, &Trace::new("server", show_calls))?;
    let (trace, calls) = Trace::new("client", show_calls).recorded("client");
    let connection = Connection::open(addr.clone(), TIMEOUT, trace)?;
    let mut client = Client { connection, folder: download };

    print_heading(format!("1. What does {addr} share?"))?;
    client.list(|_| Ok(()))?;
    print_payloads(&written_and_read(&calls).1)?;

    print_heading("2. The request: get hello.txt")?;
    let (_, digest) = client.get("hello.txt", &[])?;
    let (request, reply) = written_and_read(&calls);
    print_frame(&request)?;
    print("   A frame: four bytes of length, the highest first, then so many")?;
    print("   bytes of JSON. The server knows how far to read.")?;

    print_heading("3. The reply: a header of the same form, then the file")?;
    let payload = print_frame(&reply)?;
    print_bytes(payload, "   the payload")?;
    print("   The header's file_size says where it ends, its md5 whether it")?;
    print("   is right:")?;
    print(format_args!("   {} {}", digest.algorithm.name(), digest.hex))?;

    print_heading("4. Every file, verified and compared")?;
    for (name, bytes) in SAMPLES {
        let (saved, digest) = client.get(name, &[])?;
        let same = fs::read(saved.path())? == bytes;
        ensure!(same, "{name} differs from the original");
        let (digest, size) = (digest.hex, saved.len);
        print(format_args!("   {digest} {size:>7}  {name}"))?;
    }
    calls.so_far();

    print_heading("5. A file that is not there")?;
    let refused = client.get("missing.txt", &[]).is_err();
    ensure!(refused, "a file that is not there has arrived");
    let (request, reply) = written_and_read(&calls);
    print_payloads(&request)?;
    print_payloads(&reply)?;
    client.get("hello.txt", &[])?;
    print("   The same connection goes on: hello.txt is here again.")?;

    print("")?;
    print("Now you: cargo run -p file-transfer -- server    in one terminal,")?;
    print("         cargo run -p file-transfer -- client    in another.")?;
    Ok(())
}

/// Starts a server on a free port, on a thread of its own.
fn start_server(shared: &Path, trace: &Trace) -> Result<Addr> {
    let log = |_| {}; // the tour has its own words
    let server = Server {
        folder: SharedFolder::find(shared, Algorithm::Md5)?,
        timeout: TIMEOUT,
        max_clients: 1,
        nagle: false,
        log,
    };
    let listener = server::bind(&"127.0.0.1:0".parse()?, trace, log)?;
    let addr = listener.local_addr()?.into();
    let thread = thread::Builder::new().spawn(move || server.serve(&listener));
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

fn print_payloads(mut frames: &[u8]) -> Result<()> {
    while let Some(json) = read_frame(&mut frames)? {
        print(format_args!("   {}", printable(&json)))?;
    }
    Ok(())
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
        let text = printable(line);
        print(format_args!("     {:<47}  |{text}|", hex(line)))?;
    }
    Ok(())
}
