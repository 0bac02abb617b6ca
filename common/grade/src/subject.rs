//! What is graded, as the command line says it.

use std::env;
use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use clap::ArgMatches;
use common::addr::Addr;
use common::args::value;
use grade::hosted::Hosted;
use grade::runner::Subject;
use grade::{Client, Lesson, Server, Template};

use crate::args::given;

/// What is graded, and how the report calls it.
pub fn named(
    matches: &ArgMatches,
    lesson: Lesson,
    is_client: bool,
    words: Vec<OsString>,
) -> Result<(String, Subject)> {
    let here = env::current_dir().context("there is no current folder")?;
    let template = Template::new(words).map(|template| {
        let stays = matches.get_flag("here");
        if stays { template } else { template.away_from(here) }
    });
    let seed: u64 = value(matches, "seed");
    let patience: Duration = value(matches, "patience");
    let name = lesson.name();
    let remote = matches.get_flag("remote");
    let addr = given(matches, "addr").map(|addr| find(addr, remote));
    let addr = addr.transpose()?;
    if let Some(template) = &template {
        ensure!(
            addr.is_some() || template.has("PORT"),
            "the command has no PORT in it, and so the program cannot know its address: \
             write PORT where it takes its port, or, where that is written into the \
             program, say so with --addr HOST:PORT"
        );
    }
    if is_client {
        let template = template.context(
            "give the command that starts the client, such as: python3 my_client.py \
             HOST PORT NAME DIR",
        )?;
        let title = format!("{name} client: {}, seed {seed}", template.shown());
        let client = Client::program(template).patience(patience).seed(seed);
        let client = match addr {
            Some(addr) => client.asks(addr)?,
            None => client,
        };
        return Ok((title, Subject::Client(client)));
    }

    let addr = match addr {
        Some(addr) => addr,
        None => find(lesson.default_addr(), false)?,
    };
    let server = Server::at(addr).patience(patience).seed(seed);
    let what = template.as_ref().map(Template::shown);
    let title = match what {
        Some(command) => format!("{name} server: {command}, seed {seed}"),
        None => format!("{name} server on {addr}, seed {seed}"),
    };
    let server = Hosted::new(lesson, server, template)?;
    Ok((title, Subject::Server(Box::new(server))))
}

/// The address of a server: one of this machine, unless somebody says otherwise.
fn find(text: &str, remote: bool) -> Result<SocketAddr> {
    let addr: Addr = text.parse()?;
    let found = common::resolve::first(&addr, Duration::from_secs(10));
    let found = found.with_context(|| format!("{text:?} has no address"))?;
    if found.port() == 0 || found.ip().is_unspecified() {
        bail!(
            "nothing can be sent to {found}; give HOST:PORT, such as 127.0.0.1:8080"
        );
    }
    ensure!(
        remote || is_own(found.ip()),
        "{found} is not an address of this machine; grade sends half messages, resets \
         and lies: give --remote if the server there is yours"
    );
    Ok(found)
}

/// Only an address of one's own can be bound.
fn is_own(ip: IpAddr) -> bool {
    let broadcast = matches!(ip, IpAddr::V4(ip) if ip.is_broadcast());
    !broadcast && !ip.is_multicast() && TcpListener::bind((ip, 0)).is_ok()
}
