//! Where a program is to listen, whether it does, and what keeps it from that.

use std::io::{self, ErrorKind};
use std::process;
use std::thread;
use std::time::{Duration, Instant};

use common::connect::one_of;
use socket2::{Domain, Socket, Type};

use crate::finding::{Finding, How, Verdict};
use crate::processes::ports;
use crate::program::Program;
use crate::server::Server;
use crate::still::{is_busy, is_late};
use crate::udp_probe::{every, is_refused};

/// How long a program may take to start, where the patience is less.
const START: Duration = Duration::from_secs(15);

/// What listens elsewhere by then, and sleeps, will not listen here.
const ELSEWHERE: Duration = Duration::from_secs(1);

/// How long a program takes that has gone into the background.
const BACKGROUND: Duration = Duration::from_millis(300);

/// Can a program listen there, one that sets SO_REUSEADDR or one that does not?
pub fn is_free(server: &Server, reuse: bool) -> io::Result<()> {
    let kind = if server.udp { Type::DGRAM } else { Type::STREAM };
    let bind = |ip| {
        let mut addr = server.addr;
        addr.set_ip(ip);
        let socket = Socket::new(Domain::for_address(addr), kind, None)?;
        socket.set_reuse_address(reuse)?;
        socket.bind(&addr.into())
    };
    if cfg!(windows) {
        // Where somebody has the port on every address, one of them is given as well.
        bind(every(server.addr))?;
    }
    bind(server.addr.ip())
}

/// Gives it a port that is free at the moment. Port 0 would give one of those that the
/// system also gives to every connection that somebody makes: it could be taken before
/// the program has it. These here lie below them, on every system.
pub fn find_port(server: &mut Server) -> io::Result<()> {
    let mut tries = (0..100).map(|_| {
        server.addr.set_port(fastrand::u16(10_000..32_000));
        is_free(server, false)
    });
    tries.find(Result::is_ok).unwrap_or(Err(ErrorKind::AddrInUse.into()))
}

/// Does somebody listen there?
pub fn answers(server: &Server) -> bool {
    if server.udp {
        return is_free(server, false).is_err();
    }
    let connected = one_of(&[server.addr], Duration::from_secs(1));
    !connected.is_err_and(|e| is_refused(&e))
}

/// Does a program complain that its address is taken?
pub fn says_taken(stderr: &[u8]) -> bool {
    let said = String::from_utf8_lossy(stderr);
    let words = ["ddress already in use", "EADDRINUSE", "WinError 10048"];
    words.iter().any(|words| said.contains(words))
}

/// What holds the address, where one can tell.
pub fn why_taken(server: &Server) -> Option<&'static str> {
    if answers(server) {
        return Some("Another program listens there: end that one.");
    }
    let is_free = |reuse| is_free(server, reuse).is_ok();
    (is_free(true) && !is_free(false)).then_some(
        "Its address is still taken by a connection that the server has closed before \
         (TIME_WAIT). Set SO_REUSEADDR on the socket before bind (in Python: \
         s.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)), or wait a minute.",
    )
}

/// Waits until the program listens where this server has to, or will not any more: then
/// the finding says why.
pub fn wait_for(server: &mut Server, program: &mut Program) -> Verdict {
    let (start, time) = (Instant::now(), server.patience.max(START));
    let (mut look, mut ended) = (start + ELSEWHERE, false);
    let (here, mut all) = (server.addr, server.addr);
    all.set_ip(every(here));
    let kind = if server.udp { "UDP" } else { "TCP" };
    let ports = loop {
        if !ended && program.ended().is_some() {
            (look, ended) = (Instant::now() + BACKGROUND, true);
        }
        // What has gone into the background is a child of this process now.
        let pid = program.pid().unwrap_or_else(process::id);
        let late = Instant::now() > server.until
            || is_late(program.pid(), start + time, time);
        let waits = late || Instant::now() > look && !is_busy(Some(pid));
        let mut ports = if waits { ports(pid) } else { Vec::new() };
        // While others come and go, a look at all sockets can miss this one.
        ports.retain(|(at, addr)| *at != kind || ![here, all].contains(addr));
        // It may have begun to listen here since.
        if is_there(server) {
            return runs_still(server, program);
        }
        if late || waits && (ended || !ports.is_empty()) {
            break ports;
        }
        // To look at all sockets of a machine costs something.
        thread::sleep(Duration::from_millis(if waits { 250 } else { 10 }));
    };
    if program.ended().is_some() {
        return not_started("It ended before it served anybody.", "");
    }
    let seen = format!("The program does not listen on {here}.");
    if ports.is_empty() {
        let meaning = "It does not listen anywhere yet. Is it slow to start? Build it \
            first, or give more --patience. Does it have to start in this folder, as \
            with cargo or go? Give --here.";
        return not_started(seen, meaning);
    }
    let ports = ports.iter().map(|(kind, addr)| format!("{kind} {addr}"));
    let meaning = format!(
        "It listens on {}. Its address is {kind} {here}: HOST and PORT in the command \
         stand for it. If the port is written into the program, say so with --addr.",
        Vec::from_iter(ports).join(" and ")
    );
    not_started(seen, meaning)
}

fn not_started(seen: impl Into<String>, meaning: impl Into<String>) -> Verdict {
    Err(Finding::new(How::NotStarted, seen).meaning(meaning).into())
}

/// Nothing that the program has left behind answers in its place.
pub fn runs_still(server: &Server, program: &mut Program) -> Verdict {
    if program.ended().is_none() || !answers(server) {
        return Ok(());
    }
    let addr = server.addr;
    let seen = format!("The program has ended, and {addr} still answers.");
    let meaning = "It has gone into the background. Let it run in the foreground: a \
        process that outlives it would be taken for the next program.";
    not_started(seen, meaning)
}

/// Is a server there?
fn is_there(server: &mut Server) -> bool {
    if server.udp {
        // `answers` has the port for a moment, and the program may want it just then.
        #[cfg(target_os = "linux")]
        if !crate::processes::is_bound(server.addr.port()) {
            return false;
        }
        return answers(server);
    }
    server.first = one_of(&[server.addr], server.patience).ok();
    server.first.is_some()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::{SocketAddr, TcpStream};

    use super::*;

    /// SO_REUSEADDR helps where the server before has set it, too.
    #[test]
    fn reuseaddr_is_asked_for_where_it_would_have_helped() {
        for reuse in [true, false] {
            let own = SocketAddr::from(([127, 0, 0, 1], 0));
            let mut server = Server::at(own);
            find_port(&mut server).unwrap();
            assert_eq!(why_taken(&server), None);
            let addr = server.addr;
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
            socket.set_reuse_address(reuse).unwrap();
            socket.bind(&addr.into()).unwrap();
            socket.listen(2).unwrap();
            let said = why_taken(&server).unwrap();
            assert!(said.contains("Another program listens"), "{said}");
            // The server closes first, and its port waits.
            let mut client = TcpStream::connect(addr).unwrap();
            let looked = socket.accept().unwrap();
            drop((socket.accept().unwrap(), looked, socket));
            io::copy(&mut client, &mut io::sink()).unwrap();
            drop(client);
            let said = why_taken(&server).unwrap_or_default();
            assert_eq!(said.contains("Set SO_REUSEADDR"), reuse, "{said}");
            assert!(is_free(&server, false).is_err());
        }
    }
}
