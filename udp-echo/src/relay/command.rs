//! The subcommand: what can be asked of the bad network, and between which two ends.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use clap::{Arg, ArgMatches, Command};
use common::addr::{Addr, announce};
use common::args;
use common::ends;
use common::failure::{Failure, cannot_connect, cannot_listen};
use common::output::log;
use common::resolve;
use common::trace::{Trace, UdpSocket};

use super::fate::BadNetwork;
use crate::LESSON;

/// Its command line.
pub fn command() -> Command {
    let percent = |name, help| {
        args::option(name, "PERCENT", "0", help)
            .value_parser(args::whole_number(0, 100))
    };
    Command::new("relay")
        .about("A bad network between any two programs that speak UDP")
        .args(ends::arguments())
        .args([
            percent("lose", "How many datagrams of 100 are lost"),
            percent("duplicate", "How many of 100 arrive twice"),
            percent("reorder", "How many of 100 are overtaken by the next one"),
            delay(),
            args::seed(),
        ])
}

fn delay() -> Arg {
    let help = "How long each datagram is on its way";
    args::option("delay", "MILLISECONDS", "0", help)
        .value_parser(args::whole_number(0, 60_000))
}

/// How bad the network is to be.
pub fn network(args: &ArgMatches) -> BadNetwork {
    BadNetwork {
        lose: args::value(args, "lose"),
        duplicate: args::value(args, "duplicate"),
        reorder: args::value(args, "reorder"),
        delay: Duration::from_millis(args::value(args, "delay")),
        seed: args::value(args, "seed"),
    }
}

/// The socket that clients come to, and the address of the server behind it.
///
/// # Errors
///
/// When the address to listen on cannot be had, or there is nowhere to forward to.
pub fn open(
    args: &ArgMatches,
    trace: &Trace,
) -> Result<(UdpSocket, SocketAddr), Failure> {
    let addr: Addr = args::value(args, "listen");
    let to: Addr = args::value(args, "to");
    let failed = |e: io::Error| cannot_listen(&addr, "--listen", &e);
    let socket = UdpSocket::bind(&addr, trace).map_err(failed)?;
    let listen = socket.local_addr().map_err(failed)?;
    ends::check(listen, &to)?;
    let server = resolve::first(&to, ends::PATIENCE)
        .map_err(|e| cannot_connect(&to, LESSON, &e))?;
    announce(&addr, listen, log);
    log(format!("forwarding to {to}"));
    Ok((socket, server))
}
