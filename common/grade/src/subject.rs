//! What is graded, as the command line says it.

use std::env;
use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::ArgMatches;
use common::addr::Addr;
use common::args::value;

use crate::check::Check;
use crate::client::Client;
use crate::command::Template;
use crate::finding::{How, Meaning, Problem, Verdict};
use crate::hosted::Hosted;
use crate::lesson::Lesson;
use crate::runner::Subject;
use crate::server::Server;

/// What is graded, and how the report calls it.
pub fn named(
    matches: &ArgMatches,
    lesson: Lesson,
    words: &[OsString],
) -> Result<(String, Box<dyn Subject>)> {
    // (On Windows links need a permission.)
    let away = cfg!(unix) && !matches.get_flag("here");
    let from = away.then(env::current_dir).transpose();
    let from = from.context("there is no current folder")?;
    let template = Template::new(words.iter().cloned(), from);
    let seed: u64 = value(matches, "seed");
    let name = lesson.name();
    let remote = matches.get_flag("remote");
    let addr = matches.get_one::<Addr>("addr");
    let addr = addr.map(|addr| find(addr, remote)).transpose()?;
    ensure!(
        addr.is_some()
            || template.as_ref().is_none_or(|words| words.has("PORT")),
        "the command has no PORT in it, and so the program cannot know its address: \
         write PORT where it takes its port, or, if that is written into the program, \
         say so with --addr HOST:PORT"
    );
    if matches.get_flag("client") {
        let template = template.context(
            "give the command that starts the client, such as: python3 my_client.py \
             HOST PORT NAME DIR",
        )?;
        let title = format!("{name} client: {}, seed {seed}", template.shown());
        let mut client = Client::program(template);
        client.seed = seed;
        if let Some(addr) = addr {
            client = client.asks(addr)?;
        }
        return Ok((title, Box::new(client)));
    }
    let addr = addr.unwrap_or_else(|| lesson.default_addr());
    let mut server = Server::at(addr);
    server.seed = seed;
    server.udp = lesson == Lesson::UdpEcho;
    server.until = Instant::now() + value::<Duration>(matches, "limit");
    let Some(template) = template else {
        let title = format!("{name} server on {addr}, seed {seed}");
        let start =
            format!("cargo run -p grade -- {name} python3 my_server.py PORT");
        return Ok((title, Box::new(Found { server, lesson, start })));
    };
    let title = format!("{name} server: {}, seed {seed}", template.shown());
    Ok((title, Box::new(Hosted::new(server, template)?)))
}

/// The address of a server: one of this machine, unless somebody says otherwise.
fn find(addr: &Addr, remote: bool) -> Result<SocketAddr> {
    let found = common::resolve::first(addr, Duration::from_secs(10))
        .with_context(|| format!("{addr} has no address"))?;
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

/// A server that somebody else has started: it cannot be started again.
struct Found {
    server: Server,
    lesson: Lesson,
    /// The command that would start it.
    start: String,
}

impl Subject for Found {
    fn grade(&mut self, check: &Check, patience: Duration) -> Verdict {
        self.server.patience = patience;
        let start = "Start your server first, or let grade start it";
        let start = format!("{start}: {}", self.start);
        self.server.check(check).when(How::Gone, &start)
    }

    /// The first check of its lesson tells whether it is there still.
    fn is_gone(&mut self) -> Option<String> {
        let verdict = self.server.check(&self.lesson.checks()[0]);
        let Err(Problem::Failed(finding)) = verdict else { return None };
        match finding.how {
            How::Gone => Some("nothing is listening there".into()),
            How::Silence | How::Ended => Some(format!(
                "the server does not answer; let grade start it for each check: {}",
                self.start
            )),
            _ => None,
        }
    }
}
