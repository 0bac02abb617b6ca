//! Sockets that show the calls made on them: who, which call, how many bytes, and the
//! bytes themselves.
//!
//! They are used like the sockets of `std::net`. What opens or closes a socket and what
//! moves bytes is shown; `peek` and options are not. With `--trace` each call is a line
//! on stderr as it returns; a tour records the calls and shows them itself.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{self, Shutdown, SocketAddr, ToSocketAddrs};
use std::ops::Deref;
use std::time::{Duration, Instant};

pub use crate::record::Trace;
use crate::record::failed;

fn address(addr: io::Result<SocketAddr>) -> String {
    addr.map_or_else(|e| e.to_string(), |a| a.to_string())
}

/// Makes a call until no signal interrupts it: that is no event of the network.
fn uninterrupted<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Shows a socket's close. It is the last field of each socket below, and fields are
/// dropped in order: the socket is closed by then.
#[derive(Debug)]
struct Calls(Trace);

impl Drop for Calls {
    fn drop(&mut self) {
        self.0.note("close", String::new);
    }
}

/// A `std::net::TcpListener` that shows its calls.
#[derive(Debug)]
pub struct TcpListener {
    socket: net::TcpListener,
    calls: Calls,
}

impl TcpListener {
    /// Takes the address and listens on it.
    ///
    /// # Errors
    ///
    /// As `std::net::TcpListener::bind`.
    pub fn bind(addr: impl ToSocketAddrs, trace: &Trace) -> io::Result<Self> {
        let socket = net::TcpListener::bind(addr).inspect_err(|e| {
            trace.note("bind", || failed(e));
        })?;
        trace.note("bind", || address(socket.local_addr()));
        trace.note("listen", String::new);
        Ok(Self { socket, calls: Calls(trace.clone()) })
    }

    /// Waits for the next connection. The trace numbers it: `server #1`.
    ///
    /// # Errors
    ///
    /// As `std::net::TcpListener::accept`.
    pub fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let listening = &self.calls.0;
        let accepted = uninterrupted(|| self.socket.accept());
        let (socket, peer) = accepted.inspect_err(|e| {
            listening.note("accept", || failed(e));
        })?;
        let trace = listening.of_accepted();
        trace.note("accept", || format!("from {peer}"));
        Ok((TcpStream { socket, calls: Calls(trace) }, peer))
    }
}

/// A `std::net::TcpStream` that shows its calls.
#[derive(Debug)]
pub struct TcpStream {
    socket: net::TcpStream,
    calls: Calls,
}

impl TcpStream {
    /// Connects to the first of the addresses that answers, within `timeout` for all.
    ///
    /// # Errors
    ///
    /// As `std::net::TcpStream::connect_timeout`, for the last address tried.
    pub fn connect(
        addr: impl ToSocketAddrs,
        timeout: Duration,
        trace: &Trace,
    ) -> io::Result<Self> {
        let socket = connect_in_time(addr, timeout).inspect_err(|e| {
            trace.note("connect", || failed(e));
        })?;
        trace.note("connect", || {
            let peer = address(socket.peer_addr());
            format!("to {peer} from {}", address(socket.local_addr()))
        });
        Ok(Self { socket, calls: Calls(trace.clone()) })
    }

    /// Are its calls shown, or recorded?
    pub fn is_traced(&self) -> bool {
        !self.calls.0.is_off()
    }

    /// Says that no more bytes follow (`Shutdown::Write`, the half-close), or unblocks
    /// every call on this stream (`Shutdown::Both`).
    ///
    /// # Errors
    ///
    /// As `std::net::TcpStream::shutdown`.
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        let result = self.socket.shutdown(how);
        self.calls.0.note("shutdown", || match &result {
            Ok(()) => format!("{how:?}"),
            Err(e) => failed(e),
        });
        result
    }
}

macro_rules! options {
    ($($name:ident: $value:ty),+) => {
        impl TcpStream {$(
            /// As on `std::net::TcpStream`; no error on a stream that is shut.
            ///
            /// # Errors
            ///
            /// As on `std::net::TcpStream`.
            pub fn $name(&self, value: $value) -> io::Result<()> {
                unless_shut(self.socket.$name(value))
            }
        )+}
    };
}
options!(
    set_read_timeout: Option<Duration>,
    set_write_timeout: Option<Duration>,
    set_nodelay: bool
);

/// The result of setting an option of a stream. macOS refuses each one (EINVAL) once both
/// directions are shut, by two goodbyes or by a reset. No call waits then,
/// so the refusal is no error: what has arrived can still be read.
///
/// # Errors
///
/// Those of `result`, but for that one.
pub fn unless_shut(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(e)
            if cfg!(target_vendor = "apple")
                && e.kind() == ErrorKind::InvalidInput =>
        {
            Ok(())
        }
        result => result,
    }
}

fn connect_in_time(
    addr: impl ToSocketAddrs,
    timeout: Duration,
) -> io::Result<net::TcpStream> {
    let deadline = Instant::now() + timeout;
    let mut last = ErrorKind::NotFound.into();
    for addr in addr.to_socket_addrs()? {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        match net::TcpStream::connect_timeout(&addr, left) {
            Ok(stream) => return Ok(stream),
            Err(e) => last = e,
        }
    }
    Err(last)
}

/// Reading and writing need no `&mut`, as with `std::net::TcpStream`: one thread can
/// write while another reads.
impl Read for &TcpStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let result = uninterrupted(|| (&self.socket).read(buffer));
        self.calls.0.moved("read", buffer, &result, || match result {
            Ok(0) => "end of stream".into(),
            _ => String::new(),
        });
        result
    }
}

impl Write for &TcpStream {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let result = uninterrupted(|| (&self.socket).write(buffer));
        self.calls.0.moved("write", buffer, &result, String::new);
        result
    }

    fn flush(&mut self) -> io::Result<()> {
        (&self.socket).flush()
    }
}

impl Read for TcpStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self).read(buffer)
    }
}

impl Write for TcpStream {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        (&*self).write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&*self).flush()
    }
}

/// A `std::net::UdpSocket` that shows its calls.
#[derive(Debug)]
pub struct UdpSocket {
    socket: net::UdpSocket,
    calls: Calls,
}

impl UdpSocket {
    /// Takes the address.
    ///
    /// # Errors
    ///
    /// As `std::net::UdpSocket::bind`.
    pub fn bind(addr: impl ToSocketAddrs, trace: &Trace) -> io::Result<Self> {
        let socket = net::UdpSocket::bind(addr).inspect_err(|e| {
            trace.note("bind", || failed(e));
        })?;
        trace.note("bind", || address(socket.local_addr()));
        Ok(Self { socket, calls: Calls(trace.clone()) })
    }

    /// Sends one datagram.
    ///
    /// # Errors
    ///
    /// As `std::net::UdpSocket::send_to`.
    pub fn send_to(&self, data: &[u8], to: SocketAddr) -> io::Result<usize> {
        let result = uninterrupted(|| self.socket.send_to(data, to));
        let note = || format!("to {to}");
        self.calls.0.moved("sendto", data, &result, note);
        result
    }

    /// Receives one datagram, and who sent it.
    ///
    /// # Errors
    ///
    /// As `std::net::UdpSocket::recv_from`.
    pub fn recv_from(
        &self,
        buffer: &mut [u8],
    ) -> io::Result<(usize, SocketAddr)> {
        let result = uninterrupted(|| self.socket.recv_from(buffer));
        let (n, from) = result.inspect_err(|e| {
            self.calls.0.note("recvfrom", || failed(e));
        })?;
        let note = || format!("from {from}");
        self.calls.0.moved("recvfrom", buffer, &Ok(n), note);
        Ok((n, from))
    }
}

/// Everything that is not shown works as on the socket of `std::net`.
macro_rules! deref_to_std {
    ($($socket:ident),+) => {$(
        impl Deref for $socket {
            type Target = net::$socket;

            fn deref(&self) -> &Self::Target {
                &self.socket
            }
        }
    )+};
}
deref_to_std!(TcpListener, TcpStream, UdpSocket);
