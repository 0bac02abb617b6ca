//! cargo run -p file-transfer               the tour
//! cargo run -p file-transfer -- server     terminal 1
//! cargo run -p file-transfer -- client     terminal 2

mod client;
mod digest;
mod download;
mod prompt;
mod server;
mod share;
mod tour;
mod wire;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Arg, ArgMatches, Command, value_parser};
use common::cli::{self, Input, say};
use common::trace::Trace;

use client::Client;
use digest::{Algorithm, Remembered};
use server::Server;

/// The lesson's own folders, from wherever cargo run is typed.
const SHARE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/share");
const DOWNLOAD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/download");

fn main() -> ExitCode {
    match run() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_failed) => ExitCode::FAILURE, // and each has said why
        Err(e) => cli::exit(Err(e)),
    }
}

/// Returns how many commands have failed.
fn run() -> Result<usize> {
    let args = command_line().get_matches();
    let trace = Trace::new(args.get_flag("trace"));
    match args.subcommand() {
        Some(("server", args)) => {
            let server = server(args)?;
            let listener = server.bind(&cli::value(args, "addr"), &trace)?;
            server.serve(&listener)?;
            Ok(0)
        }
        Some((_client, args)) => {
            let mut client = Client::start(
                cli::value(args, "addr"),
                cli::value(args, "dir"),
                cli::value(args, "timeout"),
                trace,
            )?;
            match args.subcommand() {
                None => prompt::converse(&mut client, Input::stdin()),
                Some(("get", args)) => {
                    let names = args.get_many::<String>("NAME");
                    let done = names
                        .unwrap_or_default()
                        .map(|name| prompt::get(&mut client, name));
                    Ok(done.filter_map(Result::err).map(cli::complain).count())
                }
                Some((_list, _)) => prompt::list(&mut client).map(|()| 0),
            }
        }
        None => tour::run(SHARE.as_ref(), &trace).map(|()| 0),
    }
}

fn server(args: &ArgMatches) -> Result<Server> {
    let folder: PathBuf = cli::value(args, "dir");
    Ok(Server {
        folder: share::folder(&folder)?,
        algorithm: match cli::value::<String>(args, "checksum").as_str() {
            "sha256" => Algorithm::Sha256,
            _ => Algorithm::Md5,
        },
        timeout: cli::value(args, "timeout"),
        max_clients: cli::value::<u32>(args, "max-clients") as usize,
        nagle: args.get_flag("nagle"),
        remembered: Remembered::default(),
        log: say,
    })
}

fn command_line() -> Command {
    let timeout = || {
        let help = "How long to wait for a peer that stops in the middle";
        cli::seconds_arg("timeout", "30", help)
    };
    let dir = |default, help| {
        cli::option("dir", "FOLDER", default, help)
            .value_parser(value_parser!(PathBuf))
    };
    let checksum_help = "The digest that goes into the header";
    let clients_help = "How many clients to serve at a time";
    let nagle_help = "Leave Nagle's algorithm on, and see what it costs";
    let server = Command::new("server").about("Share a folder").args([
        cli::addr_arg("file-transfer"),
        dir(SHARE, "The folder to share"),
        cli::option("checksum", "DIGEST", "md5", checksum_help)
            .value_parser(["md5", "sha256"]),
        cli::option("max-clients", "N", "256", clients_help)
            .value_parser(value_parser!(u32).range(1..)),
        cli::flag("nagle", nagle_help),
        timeout(),
    ]);
    let names = Arg::new("NAME").required(true).num_args(1..);
    let client = Command::new("client")
        .about("Download files; without a command: a prompt")
        .args([
            cli::server_addr_arg("file-transfer"),
            dir(DOWNLOAD, "The folder to download to"),
            timeout(),
        ])
        .subcommand(Command::new("get").about("Download these").arg(names))
        .subcommand(Command::new("list").about("Show what there is"));

    cli::lesson("file-transfer", "Lesson 4: files, with a header and a digest")
        .subcommands([server, client])
}
