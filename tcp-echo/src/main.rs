//! cargo run -p tcp-echo               the tour
//! cargo run -p tcp-echo -- server     terminal 1
//! cargo run -p tcp-echo -- client     terminal 2

mod client;
mod server;
mod tour;

use std::process::ExitCode;

use clap::Command;
use common::cli::{self, Input, say};
use common::trace::Trace;

fn main() -> ExitCode {
    cli::exit(run())
}

fn run() -> anyhow::Result<()> {
    let server = Command::new("server")
        .about("Send every byte back, in upper case")
        .arg(cli::addr_arg("tcp-echo"))
        .arg(cli::flag("sequential", "Serve one client at a time"));
    let help = "How long to wait for a server that has stopped";
    let client = Command::new("client")
        .about("Send each line of the input, print each reply")
        .arg(cli::server_addr_arg("tcp-echo"))
        .arg(cli::seconds_arg("timeout", "30", help));
    let lesson = cli::lesson("tcp-echo", "Lesson 1: a TCP upper-casing echo")
        .subcommands([server, client]);
    let args = lesson.get_matches();
    let trace = Trace::new(args.get_flag("trace"));

    match args.subcommand() {
        Some(("server", args)) => {
            let addr = cli::value(args, "addr");
            let listener = server::bind(&addr, &trace, say)?;
            server::serve(&listener, args.get_flag("sequential"), say)
        }
        Some((_client, args)) => {
            let timeout = cli::value(args, "timeout");
            let addr = cli::value(args, "addr");
            let stream = client::connect(&addr, timeout, &trace)?;
            client::converse(&stream, Input::stdin(), cli::reply)
        }
        None => tour::run(&trace),
    }
}
