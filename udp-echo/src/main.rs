//! cargo run -p udp-echo               the tour
//! cargo run -p udp-echo -- server     terminal 1
//! cargo run -p udp-echo -- client     terminal 2

mod client;
mod lesson;
mod relay;
mod server;
mod tour;

use std::process::ExitCode;

use anyhow::Result;
use clap::Command;
use common::addr::Addr;
use common::args;
use common::input::Input;
use common::output::{exit_counting, log};
use common::step;
use common::trace::Trace;

use client::Client;
use lesson::LESSON;
use relay::command;

fn main() -> ExitCode {
    let mut unanswered = 0;
    let result = run(&mut unanswered);
    exit_counting(result, unanswered)
}

fn run(unanswered: &mut usize) -> Result<()> {
    let args = args::parse(&mut command_line());
    let trace = args.get_flag("trace");

    match args.subcommand() {
        Some(("server", args)) => {
            let addr: Addr = args::value(args, "addr");
            let trace = Trace::new("server", trace);
            let socket = server::bind(&addr, &trace, log)?;
            let drop_every = args.get_one("drop-every").copied();
            server::serve(&socket, server::Unanswered::every(drop_every), log)
        }
        Some(("relay", args)) => Ok(command::run(args, trace)?),
        Some((_, args)) => {
            let addr: Addr = args::value(args, "addr");
            let client = Client {
                server: client::find(&addr, args::value(args, "timeout"))?,
                timeout: args::value(args, "timeout"),
                retries: args::value(args, "retries"),
                trace: Trace::new("client", trace),
                log,
            };
            client.converse(Input::stdin(), unanswered)
        }
        None => {
            step::follow(&args);
            tour::run()
        }
    }
}

fn command_line() -> Command {
    let drop_every = args::optional("drop-every", "N")
        .help("Leave every Nth datagram unanswered")
        .value_parser(args::whole_number(1, 1_000_000));
    let timeout = "How long to wait for an answer";
    let retries = "How often to ask again when no answer comes";
    let server = Command::new("server")
        .about("Answer every datagram with itself, in upper case")
        .args([args::listen_addr("addr", LESSON.addr), drop_every])
        .after_help("Example: cargo run -p udp-echo -- server --drop-every 3");
    let client = Command::new("client")
        .about("Send each line as a datagram, print each answer")
        .arg(args::server_addr("addr", LESSON.addr))
        .arg(args::seconds("timeout", "1", timeout))
        .arg(
            args::option("retries", "N", "3", retries)
                .value_parser(args::whole_number(0, 1_000_000)),
        )
        .after_help("Example: cargo run -p udp-echo -- client --timeout 0.5");
    let relay = command::command().after_help(
        "Example, for a client with --addr 127.0.0.1:9000:\n  \
         cargo run -p udp-echo -- relay --lose 30 --duplicate 10 --reorder 10",
    );
    args::lesson(LESSON.name, "Lesson 2: a UDP upper-casing echo")
        .subcommands([server, client, relay])
}
