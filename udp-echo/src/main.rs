//! cargo run -p udp-echo               the tour
//! cargo run -p udp-echo -- server     terminal 1
//! cargo run -p udp-echo -- client     terminal 2

mod client;
mod server;
mod tour;

use std::process::ExitCode;

use clap::{Arg, Command, value_parser};
use common::cli::{self, Input, say};
use common::trace::Trace;

use crate::client::Client;

fn main() -> ExitCode {
    match run() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_failed) => ExitCode::FAILURE, // and each has said why
        Err(e) => cli::exit(Err(e)),
    }
}

/// Returns how many lines have got no answer.
fn run() -> anyhow::Result<usize> {
    let drop_every = Arg::new("drop-every")
        .long("drop-every")
        .value_name("N")
        .help("Leave every Nth datagram unanswered")
        .value_parser(value_parser!(u64).range(1..));
    let server = Command::new("server")
        .about("Answer every datagram with itself, in upper case")
        .args([cli::addr_arg("udp-echo"), drop_every]);
    let retries_help = "How often to ask again when no answer comes";
    let client = Command::new("client")
        .about("Send each line as a datagram, print each answer")
        .args([
            cli::server_addr_arg("udp-echo"),
            cli::seconds_arg("timeout", "1", "How long to wait for an answer"),
            cli::option("retries", "N", "3", retries_help)
                .value_parser(value_parser!(u32)),
        ]);
    let lesson = cli::lesson("udp-echo", "Lesson 2: a UDP upper-casing echo")
        .subcommands([server, client]);
    let args = lesson.get_matches();
    let trace = Trace::new(args.get_flag("trace"));

    match args.subcommand() {
        Some(("server", args)) => {
            let drop_every = args.get_one("drop-every").copied();
            let socket = server::bind(&cli::value(args, "addr"), &trace, say)?;
            server::serve(&socket, drop_every, say)
        }
        Some((_client, args)) => {
            let client = Client {
                server: client::find(&cli::value(args, "addr"))?,
                timeout: cli::value(args, "timeout"),
                retries: cli::value(args, "retries"),
                trace,
                log: say,
            };
            client.converse(Input::stdin(), cli::reply)
        }
        None => tour::run(&trace).map(|()| 0),
    }
}
