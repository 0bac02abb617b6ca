//! The server: bind, then one loop. Nobody connects, so nobody is accepted.

use std::io::ErrorKind;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use common::addr::{Addr, announce};
use common::failure::cannot_listen;
use common::output::bytes;
use common::trace::{Trace, UdpSocket};

/// Room for the longest datagram. A datagram that finds less room is cut, and
/// the rest of it is lost: the original's recvfrom(1024) loses every byte
/// after the 1,024th.
const BUFFER: usize = 65_535;

/// Takes the address. (`log` is a function, here and below: it writes a line
/// about what happens.)
pub fn bind(addr: &Addr, trace: &Trace, log: fn(String)) -> Result<UdpSocket> {
    // Python's socket() and bind() in one call. From here on the system keeps
    // the datagrams that arrive until recvfrom() takes them. When its buffer
    // is full it throws datagrams away, and tells nobody.
    // (`failed` is a closure: a function without a name of its own, which can
    // use `addr`. It turns the system's error into one that says what to do.)
    let failed = |e| cannot_listen(addr, "--addr", &e);
    let address = addr.resolve().map_err(failed)?;
    let socket = UdpSocket::bind(address, trace).map_err(failed)?;

    // The same words as in lesson 1, but there is no listen() in UDP: no
    // connection can come that would have to wait in a queue.
    announce(socket.local_addr()?, log);
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
    let (mut received, mut unchanged) = (0, 0);
    loop {
        // recvfrom() waits for a datagram, takes it whole, and says who sent
        // it. So one socket serves every client, and no threads are needed.
        let (n, client) = match socket.recv_from(&mut buffer) {
            Ok(datagram) => datagram,
            // Windows reports here that an earlier answer found its client
            // gone. The next datagram is another client's.
            Err(e) if e.kind() == ErrorKind::ConnectionReset => continue,
            Err(e) => {
                // Without the pause an error that stays would keep this loop
                // and the processor busy.
                log(format!("cannot receive: {e}"));
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
            // A network does this by accident.
            log(format!("{came}, left unanswered"));
            continue;
        }

        // Is this a question, or the answer of another echo server? A forged
        // sender is enough to make two of them answer each other without end,
        // and an echo cannot see the difference. But an answer has no small
        // letters: leave one in 1,000 such datagrams unanswered, and every
        // such exchange ends. (A DNS message says in one bit which it is.)
        if !datagram.iter().any(u8::is_ascii_lowercase) {
            unchanged += 1;
            if unchanged % 1000 == 0 {
                log(format!("{came}, left unanswered: is it another echo?"));
                continue;
            }
        }
        datagram.make_ascii_uppercase();

        // When sendto() returns, the datagram has left. The server never
        // learns whether it has arrived.
        match socket.send_to(datagram, client) {
            Ok(_) => log(format!("{came}, answered")),
            Err(e) => log(format!("cannot answer {client}: {e}")),
        }
    }
}
