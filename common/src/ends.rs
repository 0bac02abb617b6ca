//! The two ends of a relay: where clients come to, and the server behind it.

use std::net::{SocketAddr, TcpListener, ToSocketAddrs};

use clap::Arg;

use crate::addr::Addr;
use crate::args;
use crate::failure::Failure;

/// `--listen HOST:PORT` and `--to HOST:PORT`.
pub fn arguments() -> [Arg; 2] {
    let listen = "Where clients come to; port 0: any free one";
    let to = "The server to forward to";
    [
        args::on_addr("listen", "127.0.0.1:9000", listen),
        args::to_addr("to", "127.0.0.1:8080", to),
    ]
}

/// Refuses a relay that leads to itself: what it forwards would never arrive.
///
/// # Errors
///
/// When it does.
pub fn check(listen: SocketAddr, to: &Addr) -> Result<(), Failure> {
    // A name that cannot be resolved now is an error of the first connection.
    let Ok(addrs) = to.to_socket_addrs() else { return Ok(()) };
    for addr in addrs {
        if leads_to(listen, addr) {
            return Err(Failure::new(
                format!("cannot forward to {to}"),
                "the relay itself listens there",
                "give the server's address with --to, or another port with \
                 --listen",
            ));
        }
    }
    Ok(())
}

/// Does what is sent to `to` come to a socket of this machine that is bound to `listen`?
fn leads_to(listen: SocketAddr, to: SocketAddr) -> bool {
    let (here, there) = (listen.ip().to_canonical(), to.ip().to_canonical());
    let is_ours = || TcpListener::bind((to.ip(), 0)).is_ok();
    listen.port() == to.port()
        && (here == there || (here.is_unspecified() && is_ours()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relay_leads_to_itself_by_each_address_of_its_machine_and_its_port() {
        let leads = |listen: &str, to: &str| {
            leads_to(listen.parse().unwrap(), to.parse().unwrap())
        };
        assert!(leads("127.0.0.1:9000", "127.0.0.1:9000"));
        assert!(leads("0.0.0.0:9000", "127.0.0.1:9000"));
        assert!(leads("127.0.0.1:9000", "[::ffff:127.0.0.1]:9000"));
        assert!(!leads("127.0.0.1:9000", "127.0.0.1:9001"));
        assert!(!leads("0.0.0.0:9000", "192.0.2.1:9000")); // nobody's address
        assert!(!leads("192.0.2.1:9000", "127.0.0.1:9000"));
    }
}
