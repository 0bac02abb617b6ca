//! Which server is graded: one of this machine, unless somebody says otherwise.

use std::net::{IpAddr, SocketAddr, TcpListener, ToSocketAddrs};

/// The address of a server, from `HOST:PORT`.
///
/// # Errors
///
/// A sentence: what is wrong with it, and what to write instead.
pub fn find(text: &str, remote: bool) -> Result<SocketAddr, String> {
    let example = "give HOST:PORT, such as 127.0.0.1:8080";
    let all: Vec<SocketAddr> = text
        .to_socket_addrs()
        .map_err(|e| format!("{text:?} is no address ({e}); {example}"))?
        .collect();
    let ipv4 = all.iter().find(|addr| addr.is_ipv4());
    let Some(addr) = ipv4.or(all.first()).copied() else {
        return Err(format!("{text:?} has no address; {example}"));
    };
    if addr.port() == 0 {
        return Err(format!("port 0 is nowhere to connect to; {example}"));
    }
    if addr.ip().is_unspecified() {
        return Err(format!(
            "{addr} is where a server listens on every network, and nowhere to \
             connect to; {example}"
        ));
    }
    if !remote && !is_own(addr.ip()) {
        return Err(format!(
            "{addr} is not an address of this machine; grade sends half messages, \
             resets and lies: give --remote if the server there is yours"
        ));
    }
    Ok(addr)
}

/// Only an address of one's own can be bound.
fn is_own(ip: IpAddr) -> bool {
    let broadcast = matches!(ip, IpAddr::V4(ip) if ip.is_broadcast());
    !broadcast && !ip.is_multicast() && TcpListener::bind((ip, 0)).is_ok()
}
