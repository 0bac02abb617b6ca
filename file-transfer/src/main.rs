//! cargo run -p file-transfer               the tour
//! cargo run -p file-transfer -- server     terminal 1
//! cargo run -p file-transfer -- client     terminal 2

mod client;
mod digest;
mod folders;
mod hashing;
mod lesson;
mod made;
mod names;
mod server;
mod shortage;
mod spelling;
mod stream;
#[cfg_attr(unix, path = "system/unix.rs")]
#[cfg_attr(windows, path = "system/windows.rs")]
mod system;
mod tour;
mod wire;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Arg, ArgMatches, Command, value_parser};
use common::args::{self, value};
use common::input::Input;
use common::output::{exit_counting, log};
use common::step;
use common::trace::Trace;

use client::connection::Connection;
use client::{Client, prompt};
use digest::Algorithm;
use lesson::LESSON;
use server::Server;
use server::share::SharedFolder;

fn main() -> ExitCode {
    let args = args::parse(&mut command_line());
    #[cfg(unix)] // Windows has no such limit
    system::survive_a_limit();
    let done = match args.subcommand() {
        Some(("server", args)) => run_server(args),
        Some((_client, args)) => run_client(args),
        None => {
            step::follow(&args);
            tour::run(args.get_flag("trace")).map(|()| 0)
        }
    };
    let failed = *done.as_ref().unwrap_or(&0); // so many commands, which have said why
    exit_counting(done.map(drop), failed)
}

fn run_server(args: &ArgMatches) -> Result<usize> {
    let trace = Trace::new("server", args.get_flag("trace"));
    let folder = folders::share(args.get_one("dir"))?;
    let algorithm = match value::<String>(args, "checksum").as_str() {
        "sha256" => Algorithm::Sha256,
        _ => Algorithm::Md5,
    };
    let server = Server {
        folder: SharedFolder::find(&folder, algorithm)?,
        timeout: value(args, "timeout"),
        max_clients: value::<u64>(args, "max-clients") as usize,
        nagle: args.get_flag("nagle"),
        log,
    };
    server.serve(&server::bind(&value(args, "addr"), &trace, log)?)
}

fn run_client(args: &ArgMatches) -> Result<usize> {
    let trace = Trace::new("client", args.get_flag("trace"));
    let (addr, timeout) = (value(args, "addr"), value(args, "timeout"));
    let mut client = Client {
        connection: Connection::open(addr, timeout, trace)?,
        folder: folders::download(args.get_one("dir")),
    };
    match args.subcommand() {
        None => prompt::converse(&mut client, Input::stdin()),
        Some(("get", args)) => {
            let names = args.get_many::<String>("NAME").unwrap_or_default();
            Ok(prompt::get_all(&mut client, names))
        }
        Some((_list, _)) => prompt::list(&mut client).map(|()| 0),
    }
}

fn command_line() -> Command {
    let example =
        |args| format!("Example: cargo run -p file-transfer -- {args}");
    let timeout_help = "How long to wait for a peer that stops in the middle";
    let timeout = || args::seconds("timeout", "30", timeout_help);
    let dir = |help| {
        let dir = Arg::new("dir").long("dir").value_name("FOLDER").help(help);
        dir.value_parser(value_parser!(PathBuf))
    };
    let checksum_help = "The digest in the header";
    let clients_help = "How many clients to serve at a time";
    let nagle_help = "Leave Nagle's algorithm on, and see what it costs";
    let server = Command::new("server")
        .about("Share a folder")
        .args([
            args::listen_addr("addr", LESSON.addr),
            dir("The folder to share [default: the lesson's share]"),
            args::option("checksum", "DIGEST", "md5", checksum_help)
                .value_parser(["md5", "sha256"]),
            args::option("max-clients", "N", "256", clients_help)
                .value_parser(args::whole_number(1, 1_000_000)),
            args::flag("nagle", nagle_help),
            timeout(),
        ])
        .after_help(example("server --dir photos"));
    let names_help = "A file that the server shares, as list shows it";
    let names = Arg::new("NAME").help(names_help).required(true).num_args(1..);
    let get = Command::new("get")
        .about("Download these files")
        .arg(names)
        .after_help(example("client get hello.txt"));
    let list = Command::new("list")
        .about("Show what the server shares")
        .after_help(example("client list"));
    // Global: before the command or behind it.
    let options = [
        args::server_addr("addr", LESSON.addr),
        dir("The folder to download to [default: the lesson's download]"),
        timeout(),
    ];
    let client = Command::new("client")
        .about("Download files; without a command: a prompt")
        .args(options.map(|option| option.global(true)))
        .subcommands([get, list])
        .after_help(example("client --dir downloads"));

    args::lesson(LESSON.name, "Lesson 4: files, with a header and a digest")
        .subcommands([server, client])
}
