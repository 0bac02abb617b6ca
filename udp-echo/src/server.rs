//! The server: bind, then one loop. A datagram is one message, sent on its own.
//! UDP has no connections, so there is no accept().
//!
//! "The original" is the Python program that this lesson retells.

use std::io::ErrorKind;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use common::addr::{Addr, announce};
use common::failure::{cannot_listen, reason};
use common::output::bytes;
use common::trace::{Trace, UdpSocket};

/// Room for any datagram: its length is a number of 16 bits. A datagram that
/// finds less room is cut, and the rest of it is lost: the original's
/// recvfrom(1024) loses every byte after the 1,024th.
const BUFFER: usize = 65_535;

/// Takes the address. (`log` is a function, here and below: it writes a line
/// about what happens.)
pub fn bind(addr: &Addr, trace: &Trace, log: fn(String)) -> Result<UdpSocket> {
    // Python's socket() and bind() in one call. From here on the system keeps
    // the datagrams that arrive until recv_from() (in Python: recvfrom())
    // takes them. When its buffer is full, it throws datagrams away, and tells
    // nobody.
    // (`failed` is a closure: a function without a name of its own, which can
    // use `addr`. It turns the system's error into one that says what to do.)
    let failed = |e| cannot_listen(addr, "--addr", &e);
    let socket = UdpSocket::bind(addr, trace).map_err(failed)?;

    // Prints the same line as in lesson 1. But UDP has no listen(): without
    // connections there is no queue for them.
    announce(addr, socket.local_addr()?, log);
    Ok(socket)
}

/// The loop: one turn for each datagram of any client. (`-> !` says that this
/// function never returns.)
pub fn serve(
    socket: &UdpSocket,
    drop_every: Option<u64>,
    log: fn(String),
) -> ! {
    let mut buffer = vec![0; BUFFER];
    let (mut received, mut unchanged) = (0_u64, 0_u64);
    loop {
        // recv_from() waits for a datagram, takes it whole, and says who sent
        // it. So one socket serves every client, and no threads are needed.
        let (n, client) = match socket.recv_from(&mut buffer) {
            Ok(datagram) => datagram,
            // On Windows: an earlier answer found no program at the client's
            // port. That is not about the next datagram, so go on.
            Err(e) if e.kind() == ErrorKind::ConnectionReset => continue,
            Err(e) => {
                // Without the pause an error that stays would keep this loop
                // and the processor busy.
                log(format!("cannot receive: {}", reason(&e)));
                thread::sleep(Duration::from_millis(100));
                continue;
            }
        };
        // An empty datagram (n is 0) is a message like any other. In TCP a
        // read of 0 bytes is the end; here there is nothing that could end.
        let datagram = &mut buffer[..n];
        let came = format!("{} from {client}", bytes(n));

        received += 1;
        if let Some(every) = drop_every
            && received % every == 0
        {
            // --drop-every: lost on purpose. A network loses some by accident.
            log(format!("{came}, left unanswered"));
            continue;
        }

        // Two echo servers can answer each other without end: one datagram with
        // a false sender's address starts it. An answer has no small letters,
        // so leave every 1,000th datagram without them unanswered: that stops
        // the two. (A client that sends "123" may be hit, too, and asks again.
        // A DNS message says in one bit whether it is a question.)
        if !datagram.iter().any(u8::is_ascii_lowercase) {
            unchanged += 1;
            if unchanged % 1000 == 0 {
                log(format!("{came}, left unanswered: is it another echo?"));
                continue;
            }
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
