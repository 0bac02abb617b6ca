//! The server: bind, then one loop. Nobody connects, so nobody is accepted.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use common::cli::{self, Addr};
use common::trace::{Trace, Traced};

/// Room for the largest datagram that there can be. A datagram that finds less
/// room is cut, and the rest of it is lost: the original's recvfrom(1024)
/// loses all that is behind the 1024th byte.
const BUFFER: usize = 65_535;

/// Takes the address, and says which it got: port 0 means any free port.
pub fn bind(
    addr: &Addr,
    trace: &Trace,
    log: fn(String),
) -> Result<Traced<UdpSocket>> {
    // No listen(): there is no queue of connections to wait in. From here on
    // the system keeps what arrives until recvfrom() takes it, or until its
    // buffer is full. Then it throws datagrams away, and tells nobody.
    let socket = resolve(addr)
        .and_then(UdpSocket::bind)
        .map_err(|e| cli::cannot_listen(addr, &e))?;
    log(format!("listening on {}", socket.local_addr()?));
    Ok(trace.udp("server", socket))
}

/// The one address, of those that a name has, that both ends use.
pub fn resolve(addr: &Addr) -> io::Result<SocketAddr> {
    // TCP's connect() tries one after the other until a handshake succeeds.
    // Without a handshake nobody knows which is the right one, so server and
    // client agree here: localhost is 127.0.0.1 to both, never ::1 to one.
    let all: Vec<SocketAddr> = addr.to_socket_addrs()?.collect();
    let ipv4 = all.iter().find(|addr| addr.is_ipv4());
    let found = ipv4.or(all.first()).copied();
    found.ok_or_else(|| ErrorKind::NotFound.into())
}

/// The loop: one turn for each datagram, whoever sent it.
pub fn serve(
    socket: &Traced<UdpSocket>,
    drop_every: Option<u64>,
    log: fn(String),
) -> ! {
    let mut buffer = vec![0; BUFFER];
    let mut count = 0;
    loop {
        // recvfrom() waits for a datagram, takes it whole, and says who sent
        // it. The sender's address comes with each one: no connection keeps
        // it, and one socket serves everybody. No threads needed.
        let (n, client) = match socket.recv_from(&mut buffer) {
            Ok(received) => received,
            // Windows tells here that an earlier answer found its client
            // gone. That is past, and no reason to stop.
            Err(e) if e.kind() == ErrorKind::ConnectionReset => continue,
            Err(e) => {
                // Whatever it is, the next datagram may be luckier; the
                // pause keeps the loop from spinning.
                log(format!("cannot receive: {e}"));
                thread::sleep(Duration::from_millis(100));
                continue;
            }
        };

        count += 1;
        if drop_every.is_some_and(|every| count % every == 0) {
            // What a network does by accident, done on purpose.
            log(format!("{n} bytes from {client}, left unanswered"));
            continue;
        }

        // An empty datagram (n is 0) is a message like any other. It is not
        // an end: what never began, as a connection does, cannot end.
        let datagram = &mut buffer[..n];
        datagram.make_ascii_uppercase();

        // sendto() sends all or nothing, and "sent" only means that it has
        // left. Whether it arrives, the server never learns.
        match socket.send_to(datagram, client) {
            Ok(_) => log(format!("{n} bytes from {client}, answered")),
            Err(e) => log(format!("cannot answer {client}: {e}")),
        }
    }
}
