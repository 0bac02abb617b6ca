//! Where a program can listen, and what keeps it from that.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use common::connect::one_of;
use socket2::{Domain, Socket, Type};

use crate::udp_probe::is_refused;

/// Can a program listen there, one that sets SO_REUSEADDR or one that does not?
pub fn is_free(addr: SocketAddr, udp: bool, reuse: bool) -> io::Result<()> {
    let kind = if udp { Type::DGRAM } else { Type::STREAM };
    let socket = Socket::new(Domain::for_address(addr), kind, None)?;
    socket.set_reuse_address(reuse)?;
    socket.bind(&addr.into())
}

/// An address whose port is free at the moment. Port 0 would give one of those that the
/// system also gives to every connection that somebody makes: it could be taken before
/// the program has it. These here lie below them, on every system.
pub fn free_port(addr: SocketAddr, udp: bool) -> io::Result<SocketAddr> {
    let mut last = io::ErrorKind::AddrInUse.into();
    for _ in 0..100 {
        let addr = SocketAddr::new(addr.ip(), fastrand::u16(10_000..32_000));
        match is_free(addr, udp, false) {
            Ok(()) => return Ok(addr),
            Err(e) => last = e,
        }
    }
    Err(last)
}

/// Does somebody listen there?
pub fn answers(addr: SocketAddr, udp: bool) -> bool {
    if udp {
        return UdpSocket::bind(addr).is_err();
    }
    let connected = one_of(&[addr], Duration::from_secs(1));
    !connected.is_err_and(|e| is_refused(&e))
}

/// Does a program complain that its address is taken?
pub fn says_taken(stderr: &[u8]) -> bool {
    let stderr = String::from_utf8_lossy(stderr);
    ["ddress already in use", "EADDRINUSE", "WinError 10048"]
        .iter()
        .any(|words| stderr.contains(words))
}

/// What holds the address, where one can tell.
pub fn why_taken(addr: SocketAddr, udp: bool) -> Option<&'static str> {
    if answers(addr, udp) {
        return Some("Another program listens there: end that one.");
    }
    let is_free = |reuse| is_free(addr, udp, reuse).is_ok();
    (is_free(true) && !is_free(false)).then_some(
        "Its address is still taken by a connection that the server has closed before \
         (TIME_WAIT). Set SO_REUSEADDR on the socket before bind (in Python: \
         s.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)), or wait a minute.",
    )
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    /// SO_REUSEADDR helps where the server before has set it, too.
    #[test]
    fn reuseaddr_is_asked_for_where_it_would_have_helped() {
        let bound = |addr: SocketAddr, reuse| {
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
            socket.set_reuse_address(reuse).unwrap();
            socket.bind(&addr.into()).unwrap();
            socket.listen(1).unwrap();
            socket
        };
        let own = SocketAddr::from(([127, 0, 0, 1], 0));
        let port = || free_port(own, false).unwrap();
        // Its server has closed first, and it waits.
        let waits = |reuse| {
            let addr = port();
            let listener = bound(addr, reuse);
            let mut client = std::net::TcpStream::connect(addr).unwrap();
            drop(listener.accept().unwrap());
            io::copy(&mut client, &mut io::sink()).unwrap();
            addr
        };
        for (addr, told) in [(waits(true), true), (waits(false), false)] {
            let said = why_taken(addr, false).unwrap_or_default();
            assert_eq!(said.contains("Set SO_REUSEADDR"), told, "{said}");
            assert!(is_free(addr, false, false).is_err());
        }
        assert_eq!(why_taken(port(), false), None);
        let addr = port();
        let _listener = bound(addr, true);
        let said = why_taken(addr, false).unwrap();
        assert!(said.contains("Another program listens"), "{said}");
    }
}
