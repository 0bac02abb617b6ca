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
    let name = addr.clone();
    within(timeout, move || name.to_socket_addrs().map(Iterator::collect))
}

type Addrs = io::Result<Vec<SocketAddr>>;

/// The system waits for its name server as long as it likes. So a thread asks, and is
/// left behind when the time is over.
fn within(
    timeout: Duration,
    ask: impl FnOnce() -> Addrs + Send + 'static,
) -> Addrs {
    let (sender, answer) = mpsc::channel();
    // Perhaps nobody waits for the answer any more.
    let asking = move || drop(sender.send(ask()));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_server_that_is_silent_costs_no_more_than_the_timeout() {
        let (_sender, silence) = mpsc::channel::<()>();
        let ask = move || {
            let _ = silence.recv(); // until this test has ended
            Ok(Vec::new())
        };
        let told = within(Duration::from_millis(50), ask).unwrap_err();
        assert_eq!(told.kind(), ErrorKind::NotFound);
    }
}
