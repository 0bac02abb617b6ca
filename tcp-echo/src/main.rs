//! cargo run -p tcp-echo               the tour
//! cargo run -p tcp-echo -- server     terminal 1
//! cargo run -p tcp-echo -- client     terminal 2

mod client;
mod lesson;
mod server;
mod tour;

use std::process::ExitCode;

use anyhow::Result;
use clap::Command;
use common::input::Input;
use common::output::{exit, log};
use common::step;
use common::trace::Trace;
use common::{addr::Addr, args};

use lesson::LESSON;

fn main() -> ExitCode {
    exit(run()) // which prints the error, if there is one
}

fn run() -> Result<()> {
    let args = args::parse(&mut command_line());
    let tracing = args.get_flag("trace");

    match args.subcommand() {
        Some(("server", args)) => {
            let addr: Addr = args::value(args, "addr");
            let trace = Trace::new("server", tracing);
            let listener = server::bind(&addr, &trace, log)?;
            server::serve(&listener, args.get_flag("sequential"), log)
        }
        Some((_, args)) => {
            // "client": no other is left
            let addr: Addr = args::value(args, "addr");
            let timeout = args::value(args, "timeout");
            let trace = Trace::new("client", tracing);
            let mut stream = client::connect(&addr, timeout, &trace)?;
            client::converse(&mut stream, Input::stdin())
        }
        None => {
            step::follow(&args);
            tour::run()
        }
    }
}

fn command_line() -> Command {
    let sequential_help = "Serve one client at a time, as the original does";
    let timeout_help = "How long to wait for a server that does not answer";
    args::lesson(LESSON.name, "Lesson 1: a TCP upper-casing echo").subcommands([
        Command::new("server")
            .about("Send every byte back, in upper case")
            .arg(args::listen_addr("addr", LESSON.addr))
            .arg(args::flag("sequential", sequential_help))
            .after_help(
                "For other machines: cargo run -p tcp-echo -- server --addr 0.0.0.0:8080",
            ),
        Command::new("client")
            .about("Send each line of the input, print each reply")
            .arg(args::server_addr("addr", LESSON.addr))
            .arg(args::seconds("timeout", "30", timeout_help))
            .after_help(
                "Example: cargo run -p tcp-echo -- client --addr 192.168.1.5:8080",
            ),
    ])
}
