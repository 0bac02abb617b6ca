//! Asks for the addresses of a name, and waits no longer than it should.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::addr::Addr;
use crate::failure::no_thread;

/// All the addresses that this name has, those of IPv4 first.
pub fn all(addr: &Addr, timeout: Duration) -> io::Result<Vec<SocketAddr>> {
    if let Some(addr) = addr.literal() {
        return Ok(vec![addr]);
    }
    // The system waits for its name server as long as it likes. So a thread asks, and is
    // left behind when the time is over.
    let (sender, answer) = mpsc::channel();
    let asked = addr.clone();
    let asking = move || {
        let addrs = asked.to_socket_addrs().map(Iterator::collect);
        let _ = sender.send(addrs); // perhaps nobody waits any more
    };
    thread::Builder::new().spawn(asking).map_err(|e| no_thread(&e))?;
    answer.recv_timeout(timeout).unwrap_or_else(|_| {
        let why = "the name server has not answered in time";
        Err(io::Error::new(ErrorKind::NotFound, why))
    })
}

/// The first of these addresses: the one that a server takes, and that both ends of UDP
/// use.
///
/// TCP's connect tries one after the other until somebody answers. A datagram has no
/// such answer.
pub fn first(addr: &Addr, timeout: Duration) -> io::Result<SocketAddr> {
    let first = all(addr, timeout)?.into_iter().next();
    first.ok_or_else(|| ErrorKind::NotFound.into())
}
