//! The subcommand: what can be asked of the bad network, and between which two ends.

use std::io;
use std::time::Duration;

use clap::{ArgMatches, Command};
use common::addr::{Addr, announce};
use common::args::{self, value};
use common::ends;
use common::failure::{Failure, cannot_listen};
use common::output::log;
use common::trace::{Trace, UdpSocket};

use super::fate::BadNetwork;
use super::serve;
use crate::client::find;

/// Its command line.
pub fn command() -> Command {
    let number = |name, what, most, help| {
        args::option(name, what, "0", help)
            .value_parser(args::whole_number(0, most))
    };
    let percent = |name, help| number(name, "PERCENT", 100, help);
    let delay = "How long each datagram is on its way";
    Command::new("relay")
        .about("A bad network between any two programs that speak UDP")
        .args(ends::arguments())
        .args([
            percent("lose", "How many datagrams of 100 are lost"),
            percent("duplicate", "How many of 100 arrive twice"),
            percent("reorder", "How many of 100 are overtaken by the next one"),
            number("delay", "MILLISECONDS", 60_000, delay),
            args::seed(),
        ])
}

/// Runs the subcommand, until the process is stopped.
///
/// # Errors
///
/// When the address to listen on cannot be had, or there is nowhere to forward to.
pub fn run(args: &ArgMatches, show: bool) -> Result<(), Failure> {
    let network = BadNetwork {
        lose: value(args, "lose"),
        duplicate: value(args, "duplicate"),
        reorder: value(args, "reorder"),
        delay: Duration::from_millis(value(args, "delay")),
        seed: value(args, "seed"),
    };
    let (addr, to): (Addr, Addr) = (value(args, "listen"), value(args, "to"));
    let trace = Trace::new("client side", show);
    let failed = |e: io::Error| cannot_listen(&addr, "--listen", &e);
    let socket = UdpSocket::bind(&addr, &trace).map_err(failed)?;
    let listen = socket.local_addr().map_err(failed)?;
    let server = find(&to, ends::PATIENCE)?;
    ends::check(listen, &server.into())?;
    announce(&addr, listen, log);
    log(format!("forwarding to {to}"));
    serve(socket, server, network, &trace, log)
}
