//! cargo bench -p file-transfer                          measures, and prints a table
//! cargo bench -p file-transfer -- --rounds 9 --svg      draws transfer.svg as well
//! cargo bench -p file-transfer -- --rounds 1 --mib 64   a quick look
//!
//! The transfer of this lesson, beside the tools that one would have used, and beside
//! what bounds it. Everybody moves the same file over loopback, in turns: a busy moment
//! of the machine then strikes them all. The median of the rounds counts. A tool that is
//! not installed is left out.
#![allow(clippy::unwrap_used, reason = "a benchmark that fails panics")]

#[allow(dead_code, reason = "a benchmark parses no digest")]
#[path = "../../src/digest.rs"]
mod digest;
mod ours;
mod place;
mod programs;
mod results;

use std::fs;
use std::process::{Command, ExitCode};
use std::slice::from_mut;

use anyhow::{Context, Result};
use clap::value_parser;
use common::args::{flag, option, value};
use common::output;
use digest::Algorithm::{Md5, Sha256};
use ours::Server;
use place::{CROWD, LARGE, Place, SMALL_FILES};
use programs::{CURL_MD5, Peer, RSYNC, timed};
use results::{CPU, KIB, MBPS, RATE, Results};
use testing::refused::{Call, refusing};

// The rows that the bars speak of.
const SMALL: &str = "get, small files, asked ahead";
const RSYNC_SMALL: &str = "rsync daemon, small files";
const PEAK: [&str; 2] = ["peak memory, server", "peak memory, client"];

const CLIENTS: usize = 64; // at once
const GETS: usize = 4; // of each of them

fn main() -> ExitCode {
    output::exit(run())
}

fn run() -> Result<()> {
    let number = |name, default, help| {
        option(name, "N", default, help).value_parser(value_parser!(u64))
    };
    let args = [
        number("mib", "512", "How large the file is, in MiB"),
        number("rounds", "5", "How often everything is measured"),
        flag("svg", "Draw the speeds into benches/transfer.svg"),
        flag("bench", "").hide(true), // cargo bench gives it
    ];
    let args = clap::Command::new("transfer").args(args).get_matches();
    let [mib, rounds] = ["mib", "rounds"].map(|name| value(&args, name));

    let place = Place::new(mib)?;
    let mut peers = programs::start_peers(&place)?;
    let mut results = Results::default();
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        theirs(&place, &mut peers, &mut results)?;
        ours(&place, &mut results)?;
    }
    memory(&place, &mut results)?;

    let title = format!("{mib} MiB, medians of {rounds} rounds");
    println!("\n{title}, {}\n\n{results}", place.share.display());
    print_bars(&results);
    if args.get_flag("svg") {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/transfer.svg");
        fs::write(path, results.chart(&title)).context("no chart")?;
    }
    Ok(())
}

/// What nobody can be faster than, and what one would have used.
fn theirs(place: &Place, peers: &mut [Peer], to: &mut Results) -> Result<()> {
    let megabytes = place.size as f64 / 1e6;
    for algorithm in [Md5, Sha256] {
        let name = format!("one core's {} alone", algorithm.name());
        let seconds = ours::hash_alone(algorithm, place.size);
        to.add(&name, MBPS, megabytes / seconds);
    }
    for Peer { name, clients, small, .. } in peers {
        place.prepare()?;
        let times = clients.iter_mut().map(|client| timed(from_mut(client)));
        let seconds: f64 = times.sum::<Result<_>>().context(*name)?;
        to.add(name, MBPS, megabytes / seconds);
        if let Some(small) = small {
            place.prepare()?;
            let seconds = timed(from_mut(small)).context(*name)?;
            to.add(RSYNC_SMALL, RATE, f64::from(SMALL_FILES) / seconds);
        }
    }
    Ok(())
}

fn ours(place: &Place, results: &mut Results) -> Result<()> {
    for digest in ["md5", "sha256"] {
        // The server computes the digest for the first client, and remembers it.
        let server = Server::start(&place.share, &["--checksum", digest])?;
        for state in ["cold", "repeated"] {
            let client = server.client(&place.downloaded, &["get", LARGE]);
            let name = format!("get, {digest}, {state}");
            moved(place, results, &name, place.size, &server, vec![client])?;
        }
    }
    let start = || Server::start(&place.share, &["--checksum", "sha256"]);
    let refused = refusing(Call::SendFile, 38, start); // 38: no such call
    for (how, server) in [("sendfile", Some(start())), ("loop", refused)] {
        let Some(server) = server.transpose()? else { continue };
        let name = format!("get, {CLIENTS} clients at once, {how}");
        let bytes = (CLIENTS * GETS) as u64 * (place.size / 64);
        let folder = |n: usize| place.downloaded.join(n.to_string());
        let get = [&["get"][..], &[CROWD; GETS]].concat();
        let clients = (0..CLIENTS).map(|n| server.client(folder(n), &get));
        moved(place, results, &name, bytes, &server, clients.collect())?;
    }
    place.prepare()?;
    let server = Server::start(&place.small, &[])?;
    let seconds = timed(from_mut(&mut server.small_files(&place.downloaded)))?;
    results.add(SMALL, RATE, f64::from(SMALL_FILES) / seconds);
    Ok(())
}

/// Adds how fast these clients got so many bytes, and what CPU that took of the server.
fn moved(
    place: &Place,
    results: &mut Results,
    name: &str,
    bytes: u64,
    server: &Server,
    mut clients: Vec<Command>,
) -> Result<()> {
    place.prepare()?;
    let before = server.service.cpu();
    results.add(name, MBPS, bytes as f64 / 1e6 / timed(&mut clients)?);
    if let Some((now, before)) = server.service.cpu().zip(before) {
        results.add(name, CPU, (now - before) * 1e9 / bytes as f64);
    }
    Ok(())
}

fn memory(place: &Place, results: &mut Results) -> Result<()> {
    place.prepare()?;
    let peaks = Server::start(&place.share, &[])?.peak_memory(place)?;
    for (name, kib) in PEAK.iter().zip(peaks.into_iter().flatten()) {
        results.add(name, KIB, kib);
    }
    let server = Server::start(&place.share, &["--max-clients", "2000"])?;
    if let Some(kib) = server.idle_connection(1000)? {
        results.add("one of 1,000 idle connections", KIB, kib);
    }
    Ok(())
}

/// What the lesson promises, and whether it holds.
fn print_bars(results: &Results) {
    let speed = |name| results.median(name, MBPS);
    let rate = |name| results.median(name, RATE);
    let sixteen_mib = Some(16.0 * 1024.0);
    let [server, client] = PEAK.map(|name| results.median(name, KIB));
    let sha256 = speed("get, sha256, repeated");
    let md5 = speed("one core's md5 alone");
    let two = md5.map(|md5| md5 / 2.0);
    for (limit, what, one, other) in [
        (1.15, "sha256 repeated / rsync", sha256, speed(RSYNC)),
        (2.5, "sha256 repeated / curl and md5sum", sha256, speed(CURL_MD5)),
        (0.9, "md5 repeated / md5 alone", speed("get, md5, repeated"), md5),
        (0.95, "md5 cold / two such passes", speed("get, md5, cold"), two),
        (1.5, "small files / rsync", rate(SMALL), rate(RSYNC_SMALL)),
        (1.0, "16 MiB / peak memory, server", sixteen_mib, server),
        (1.0, "16 MiB / peak memory, client", sixteen_mib, client),
    ] {
        let outcome = match one.zip(other).map(|(one, other)| one / other) {
            Some(ratio) if ratio >= limit => format!("{ratio:.2}, met"),
            Some(ratio) => format!("{ratio:.2}, NOT met"),
            None => "not measured here".into(),
        };
        println!("{what:<36} at least {limit:.2}: {outcome}");
    }
}
