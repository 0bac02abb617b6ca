//! Keepalive: how to notice that the machine of a silent peer has gone.

use std::io;
use std::time::Duration;

use common::trace::{TcpStream, ok_if_shut};
use socket2::{SockRef, TcpKeepalive};

/// Lets the system ask a silent peer whether it is still there.
///
/// When a program ends, its system closes the connection, and the other end reads that. A
/// laptop that is shut or a cable that is pulled sends nothing, and a `read()` without a
/// timeout would wait until the server is restarted. With this, the system sends an empty
/// packet after a minute of silence, then every 15 seconds. When no answer comes, the
/// `read()` fails.
pub fn keep_alive(stream: &TcpStream) -> io::Result<()> {
    let keepalive = TcpKeepalive::new()
        .with_time(Duration::from_secs(60))
        .with_interval(Duration::from_secs(15));
    let socket = SockRef::from(stream.untraced());
    ok_if_shut(socket.set_tcp_keepalive(&keepalive))
}
