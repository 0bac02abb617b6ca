//! The two ends of a relay: where clients come to, and the server behind it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::time::Duration;

use clap::Arg;

use crate::addr::Addr;
use crate::args;
use crate::failure::Failure;
use crate::resolve;

/// How long a relay waits for a name server, and for the server behind it.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// `--listen HOST:PORT` and `--to HOST:PORT`.
pub fn arguments() -> [Arg; 2] {
    [
        args::listen_addr("listen", "127.0.0.1:9000"),
        args::server_addr("to", "127.0.0.1:8080"),
    ]
}

/// Refuses a relay that leads to itself: what it forwards would never arrive.
pub fn check(listen: SocketAddr, to: &Addr) -> Result<(), Failure> {
    // A name that cannot be resolved now is an error of the first connection.
    let addrs = resolve::all(to, PATIENCE).unwrap_or_default();
    if !addrs.into_iter().any(|addr| leads_to(listen, addr)) {
        return Ok(());
    }
    Err(Failure::new(
        format!("cannot forward to {to}"),
        "the relay itself listens there",
        "give the server's address with --to, or another port with --listen",
    ))
}

/// Does what is sent to `to` come to a socket of this machine that is bound to `listen`?
fn leads_to(listen: SocketAddr, to: SocketAddr) -> bool {
    let (here, there) = (listen.ip().to_canonical(), to.ip().to_canonical());
    let there = match there {
        // What is sent to no address in particular comes to this machine's own.
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        there => there,
    };
    let is_ours = || TcpListener::bind((there, 0)).is_ok();
    listen.port() == to.port()
        && (here == there || (here.is_unspecified() && is_ours()))
}
