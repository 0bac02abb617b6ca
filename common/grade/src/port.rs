//! Ports that a program is to listen on: a free one, and one that it needs again.

use std::io::{self, Read};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use socket2::{Domain, SockRef, Socket, Type};

use crate::finding::{How, how};

/// A port that is needed again; and whether its server leaves the closing to its clients.
#[derive(Clone, Debug, Default)]
pub struct Port(Arc<OnceLock<bool>>);

impl Port {
    /// Ends a connection. Where the other end has closed first, its port waits
    /// (TIME_WAIT) and cannot be listened on again for a minute; after a reset it does
    /// not.
    pub(crate) fn leave(&self, mut stream: &TcpStream) {
        // A server that closes when it has answered does so about now. The first
        // connection tells whether it does.
        let stays = self.0.get() == Some(&true);
        let time = Duration::from_millis(if stays { 10 } else { 500 });
        let _ = stream.set_read_timeout(Some(time));
        let mut buffer = [0; 4096];
        let ended = loop {
            match stream.read(&mut buffer) {
                Ok(0) => break true,
                Ok(_) => {}
                Err(e) => break how(&e) == How::Ended,
            }
        };
        self.0.get_or_init(|| !ended);
        if ended {
            let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
        }
    }
}

/// Runs a function that serves a listener, in a thread of its own.
///
/// # Errors
///
/// When there is no free port, or no thread.
pub fn serving<T>(
    serve: impl FnOnce(TcpListener) -> T + Send + 'static,
) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let addr = listener.local_addr()?;
    thread::Builder::new().spawn(move || drop(serve(listener)))?;
    Ok(addr)
}

/// An address whose port is free at the moment. Port 0 would give one of those that the
/// system also gives to every connection that somebody makes: it could be taken before
/// the program has it. These here lie below them, on every system.
pub fn free_port(addr: SocketAddr, udp: bool) -> io::Result<SocketAddr> {
    let mut last = io::ErrorKind::AddrInUse.into();
    for _ in 0..100 {
        let addr = SocketAddr::new(addr.ip(), fastrand::u16(10_000..32_000));
        // Without SO_REUSEADDR: the program may set none.
        let kind = if udp { Type::DGRAM } else { Type::STREAM };
        let bound = Socket::new(Domain::for_address(addr), kind, None)
            .and_then(|socket| socket.bind(&addr.into()));
        match bound {
            Ok(()) => return Ok(addr),
            Err(e) => last = e,
        }
    }
    Err(last)
}
