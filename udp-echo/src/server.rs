//! The server: bind, then one loop. A datagram is one message, sent on its own.
//! UDP has no connections, so there is no accept().
//!
//! "The original" is the Python program that this lesson retells.

mod trouble; // what it says and does when the system refuses it something
mod unanswered; // which datagrams it leaves unanswered

use anyhow::Result;
use common::addr::{Addr, announce};
use common::failure::{cannot_bind, reason};
use common::output::bytes;
use common::trace::{Trace, UdpSocket};

pub use trouble::cannot_receive;
pub use unanswered::Unanswered;

/// Room for any datagram: its length is a number of 16 bits. A datagram that
/// finds less room is cut, and the rest of it is lost: the original's
/// recvfrom(1024) loses every byte after the 1,024th.
const BUFFER: usize = 65_535;

/// Takes the address. (`log` is a function, here and below: it prints what
/// happens.)
pub fn bind(addr: &Addr, trace: &Trace, log: fn(String)) -> Result<UdpSocket> {
    // Python's socket() and bind() in one call. From here on the system keeps
    // the datagrams that arrive until recv_from() (in Python: recvfrom())
    // takes them. When its buffer is full, it throws datagrams away, and tells
    // nobody.
    // (map_err() puts the system's error into words, and `?` returns it.)
    let socket = UdpSocket::bind(addr, trace).map_err(cannot_bind(addr))?;

    // Prints the same line as in lesson 1. But UDP has no listen(): without
    // connections there is no queue for them.
    announce(addr, socket.local_addr()?, log);
    Ok(socket)
}

/// The loop: one turn for each datagram of any client. (`-> !` says that this
/// function never returns.)
pub fn serve(
    socket: &UdpSocket,
    mut unanswered: Unanswered,
    log: fn(String),
) -> ! {
    let mut buffer = vec![0; BUFFER];
    loop {
        // recv_from() waits for a datagram, takes it whole, and says who sent
        // it. So one socket serves every client, and no threads are needed.
        let (n, client) = match socket.recv_from(&mut buffer) {
            Ok(datagram) => datagram,
            Err(e) => {
                cannot_receive(&e, log);
                continue;
            }
        };
        // An empty datagram (n is 0) is a message like any other. In TCP a
        // read of 0 bytes is the end; here there is nothing that could end.
        let datagram = &mut buffer[..n];
        let came = format!("{} from {client}", bytes(n));

        // A network loses some by accident, this server some on purpose.
        if let Some(why) = unanswered.why(datagram) {
            log(format!("{came}, left unanswered: {why}"));
            continue;
        }
        datagram.make_ascii_uppercase();

        // When send_to() returns, the system has taken the datagram. Nobody
        // tells the server whether it arrives.
        match socket.send_to(datagram, client) {
            Ok(_) => log(format!("{came}, answered")),
            Err(e) => log(format!("cannot answer {client}: {}", reason(&e))),
        }
    }
}
