//! Whether a program listens yet, and for whom.

use std::net::{SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use common::connect::one_of;

use crate::program::Program;
use crate::server::Server;
use crate::udp_probe::{HELLO, is_refused, open};

/// What listens elsewhere by then will not listen here.
const ELSEWHERE: Duration = Duration::from_secs(1);

/// Does somebody listen there?
pub fn answers(addr: SocketAddr, udp: bool) -> bool {
    if udp {
        return UdpSocket::bind(addr).is_err();
    }
    let connected = one_of(&[addr], Duration::from_secs(1));
    !connected.is_err_and(|e| is_refused(&e))
}

/// Connects until it listens. The connection is the check's first one: a server that is
/// not written well may not survive one that says nothing.
pub fn wait_for_tcp(
    server: &mut Server,
    program: &mut Program,
    mut latest: Instant,
) -> bool {
    let (mut look, mut ended) = (Instant::now() + ELSEWHERE, false);
    while Instant::now() < latest {
        server.first = one_of(&[server.addr], server.patience).ok();
        if server.first.is_some() {
            return true;
        }
        if Instant::now() > look {
            let ports = program.ports(false);
            // It may have begun to listen here since the connect above.
            let here = |at: &SocketAddr| at.port() == server.addr.port();
            if !ports.is_empty() && !ports.iter().any(here) {
                return false;
            }
            look += ELSEWHERE;
        }
        if !ended && program.ended().is_some() {
            ended = true; // it may have gone into the background
            latest = Instant::now() + Duration::from_millis(300);
        }
        thread::sleep(Duration::from_millis(5));
    }
    false
}

/// Sends datagrams until one is answered, or until nobody refuses them: a server that
/// does not answer is a matter for the check. The socket is the check's first.
pub fn wait_for_udp(
    server: &mut Server,
    program: &mut Program,
    latest: Instant,
) -> bool {
    let Ok(socket) = open(server.addr) else { return true };
    let _ = socket.connect(server.addr);
    let _ = socket.set_read_timeout(Some(Duration::from_millis(50)));
    let mut unanswered = 0;
    while Instant::now() < latest && program.ended().is_none() {
        let _ = socket.send(HELLO);
        match socket.recv(&mut [0; 64]) {
            // Nobody has bound the port yet: the systems tell a connected socket.
            Err(e) if is_refused(&e) => thread::sleep(Duration::from_millis(5)),
            Err(_) if unanswered < 6 => unanswered += 1,
            _ => {
                server.first_udp = Some(socket);
                return true;
            }
        }
    }
    false
}
