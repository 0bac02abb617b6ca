//! cargo bench -p file-transfer                       measures, and prints a table
//! cargo bench -p file-transfer -- --svg              draws transfer.svg as well
//! cargo bench -p file-transfer -- --size 256M --rounds 3
//!
//! The transfer of this lesson, beside the tools that one would have used. Everybody
//! moves the same file over loopback, in turns, so that a busy moment of the machine
//! strikes them all; what counts is the median of the rounds. No peer of ours has to be
//! installed: who is missing is skipped.

mod ours;
mod peers;
mod place;
mod program;
mod report;

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::{Arg, ArgAction, Command, value_parser};
use common::output;

use ours::Server;
use peers::Peer;
use place::Place;
use report::{Bar, Table, median};

/// No further round begins after this time.
const LIMIT: Duration = Duration::from_secs(10 * 60);

/// The table's rows that the bars speak of.
const CEILING: &str = "ceiling: file to socket to nowhere, 64 KiB";
const CLIENTS: usize = 64;

fn main() -> ExitCode {
    output::exit(run().map(|()| 0))
}

fn run() -> Result<()> {
    let args = Command::new("transfer")
        .arg(
            Arg::new("size")
                .long("size")
                .help(
                    "How large the file is: 256M, 1G; else 512M, or what fits",
                )
                .value_parser(place::parse_size),
        )
        .arg(
            Arg::new("rounds")
                .long("rounds")
                .help("How often everything is measured")
                .value_parser(value_parser!(u32).range(1..))
                .default_value("5"),
        )
        .arg(
            Arg::new("files")
                .long("files")
                .help("How many small files")
                .value_parser(value_parser!(u32).range(1..=10_000))
                .default_value("10000"),
        )
        .arg(
            Arg::new("svg")
                .long("svg")
                .help("Draw the table into benches/transfer.svg")
                .action(ArgAction::SetTrue),
        )
        // cargo bench says so to every benchmark.
        .arg(Arg::new("bench").long("bench").hide(true).num_args(0))
        .get_matches();
    let rounds: u32 = *args.get_one("rounds").context("it has a default")?;
    let files: u32 = *args.get_one("files").context("it has a default")?;

    let place = Place::new(args.get_one("size").copied(), files)?;
    let mut title = format!("{} MiB, medians of {rounds} rounds", place.mib());
    println!("{title}; memory is {}\n", place.memory.display());
    let mut peers = peers::start(&place);

    let started = Instant::now();
    let mut table = Table::new(place.size);
    let mut small = Small::default();
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        large_file(&place, &mut peers, &mut table)?;
        small.measure(&place, &mut table)?;
        if started.elapsed() > LIMIT && round < rounds {
            title =
                title.replace(&format!("of {rounds}"), &format!("of {round}"));
            println!("no more than {round} rounds: they take too long\n");
            break;
        }
    }

    print!("{table}");
    small.print();
    let memory = ours::peak_memory(&place)?;
    match &memory {
        Some([server, client]) => println!(
            "peak memory of a get: server {server} KiB, client {client} KiB"
        ),
        None => println!("peak memory: only Linux tells"),
    }
    println!();
    for bar in bars(&table, &small, memory) {
        println!("{bar}");
    }
    if args.get_flag("svg") {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/transfer.svg");
        fs::write(path, report::chart(&table, &title))
            .context("cannot write the chart")?;
        println!("\ndrawn into {path}");
    }
    Ok(())
}

/// One round of everybody with the large file.
fn large_file(
    place: &Place,
    peers: &mut Vec<Peer>,
    table: &mut Table,
) -> Result<()> {
    table.add(CEILING, "", "", ours::ceiling(&place.large())?);
    for (into, folder) in [("memory", &place.memory), ("disk", &place.disk)] {
        let target = folder.join("downloaded");
        for digest in ["md5", "sha256"] {
            // The server that is asked for the first time has to compute the
            // digest; it remembers it when it is asked again.
            let server = Server::start(place, &["--checksum", digest])?;
            for state in ["cold", "repeated"] {
                place.warm()?;
                let seconds = server.get(place::LARGE, &target)?;
                place.check(&target.join(place::LARGE))?;
                fs::remove_dir_all(&target)?;
                let name = format!("get, {digest}, {state}");
                table.add(&name, into, digest, seconds);
            }
        }
        peers.retain(|peer| {
            if into == "disk" && !peer.to_disk {
                return true;
            }
            match fetch(peer, place, &target) {
                Ok(seconds) => {
                    table.add(peer.name, into, peer.verified, seconds);
                    true
                }
                Err(e) => {
                    println!("skipped from now on: {}: {e:#}", peer.name);
                    false
                }
            }
        });
    }
    Ok(())
}

/// Lets a peer fetch the large file; the time it took, if it did.
fn fetch(peer: &Peer, place: &Place, target: &Path) -> Result<f64> {
    place.warm()?;
    let fetched = (peer.fetch)(target).and_then(|seconds| {
        place.check(target)?;
        Ok(seconds)
    });
    let _ = fs::remove_file(target); // a failed one has left none, perhaps
    fetched
}

/// What does not depend on the size of the file, each once a round.
#[derive(Default)]
struct Small {
    first_byte_cold: Vec<f64>,
    first_byte: Vec<f64>,
    ping_pongs: Vec<f64>,
    by_socket: Vec<f64>,
    by_client: Vec<f64>,
    nagle: Vec<f64>,
    no_nagle: Vec<f64>,
}

impl Small {
    fn measure(&mut self, place: &Place, table: &mut Table) -> Result<()> {
        let server = Server::start(place, &[])?;
        self.ping_pongs.push(ours::ping_pongs(place.files)?);
        self.by_socket.push(server.small_files(place.files)?);
        self.by_client.push(server.small_files_by_client(place)?);
        self.first_byte_cold.push(server.first_byte()?);
        let again: Result<Vec<f64>> =
            (0..20).map(|_| server.first_byte()).collect();
        self.first_byte.push(median(&again?));

        let seconds = server.crowd(place, CLIENTS)?;
        let crowd = format!("get, md5, {CLIENTS} clients at once");
        table.add(&crowd, "memory", "md5", seconds);

        // Few files are enough to see it.
        let few = place.files.min(100);
        self.no_nagle.push(server.small_files(few)?);
        drop(server);
        let server = Server::start(place, &["--nagle"])?;
        self.nagle.push(server.small_files(few)?);
        Ok(())
    }

    fn print(&self) {
        let ping_pongs = median(&self.ping_pongs);
        println!("\nsmall files of 1 KiB, over one connection");
        for (name, rates) in [
            ("bare ping-pong of as many bytes", &self.ping_pongs),
            ("get, from a socket to nowhere", &self.by_socket),
            ("get, by the client, saved as files", &self.by_client),
        ] {
            let rate = median(rates);
            println!("  {name:<36} {rate:>8.0}/s  {:.2}", rate / ping_pongs);
        }
        let ms = |rates: &[f64]| 1000.0 / median(rates);
        println!("a hundred of them, from a socket to nowhere");
        println!("  with TCP_NODELAY {:>24.2} ms each", ms(&self.no_nagle));
        println!("  server --nagle   {:>24.2} ms each", ms(&self.nagle));
        println!("from the request for the large file to its first byte");
        let cold = median(&self.first_byte_cold) * 1e3;
        println!("  the digest has to be computed {cold:>11.2} ms");
        let again = median(&self.first_byte) * 1e3;
        println!("  it is remembered {again:>24.2} ms");
    }
}

/// What the lesson promises.
fn bars(table: &Table, small: &Small, memory: Option<[u64; 2]>) -> Vec<Bar> {
    let sha256 = table.speed("get, sha256, repeated", "memory");
    let md5 = table.speed("get, md5, repeated", "memory");
    let cold = table.speed("get, md5, cold", "memory");
    let than =
        |mine: Option<f64>, peer| Some(mine? / table.speed(peer, "memory")?);
    let ping_pongs = median(&small.ping_pongs);
    let largest = memory.map(|[server, client]| server.max(client));
    vec![
        Bar::least(
            "repeated get, sha256 / rsync",
            1.3,
            than(sha256, peers::RSYNC),
        ),
        Bar::least(
            "repeated get, sha256 / curl, then md5sum",
            2.5,
            than(sha256, peers::CURL_MD5),
        ),
        Bar::least(
            "repeated get, md5 / rsync with md5",
            1.3,
            than(md5, peers::RSYNC_MD5),
        ),
        Bar::least(
            "cold get, md5 / md5sum, curl, md5sum",
            1.25,
            than(cold, peers::MD5_CURL_MD5),
        ),
        Bar::least(
            "small files to nowhere / ping-pong",
            0.5,
            Some(median(&small.by_socket) / ping_pongs),
        ),
        Bar::least(
            "small files saved / ping-pong",
            0.5,
            Some(median(&small.by_client) / ping_pongs),
        ),
        Bar::most(
            "peak memory of either side, MiB",
            16.0,
            largest.map(|kib| kib as f64 / 1024.0),
        ),
    ]
}
