//! The sockets of the lessons. They show the calls made on them: who, which call, how
//! many bytes, and the bytes themselves.
//!
//! They have the calls of the sockets of `std::net` that the lessons use, with the same
//! errors. What opens or closes a socket and what moves bytes is shown; `peek` and
//! options are not. With `--trace` each call is a line on stderr as it returns; a tour
//! records the calls and shows them itself.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{self, Shutdown, SocketAddr, ToSocketAddrs};
use std::time::Duration;

use crate::addr::Addr;
pub use crate::calls::Trace;
use crate::calls::failed;
use crate::connect::connect;
pub use crate::quirks::ok_if_shut;
use crate::quirks::{READING, RECEIVING, WRITING, uninterrupted};

fn address(addr: io::Result<SocketAddr>) -> String {
    addr.map_or_else(|e| e.to_string(), |a| a.to_string())
}

/// The first address of a name. The next call would try the others, too, and take one
/// that nobody has asked for.
fn first(addr: impl ToSocketAddrs) -> io::Result<SocketAddr> {
    let first = addr.to_socket_addrs()?.next();
    first.ok_or_else(|| ErrorKind::NotFound.into())
}

/// Shows a socket's close. It is the last field of each socket below, and fields are
/// dropped in order: the socket is closed by then.
#[derive(Debug)]
struct Calls(Trace);

impl Drop for Calls {
    fn drop(&mut self) {
        self.0.call("close", None, String::new);
    }
}

/// A `std::net::TcpListener` that shows its calls.
#[derive(Debug)]
pub struct TcpListener {
    socket: net::TcpListener,
    calls: Calls,
}

impl TcpListener {
    /// Takes the first address of this name, and listens on it.
    pub fn bind(addr: impl ToSocketAddrs, trace: &Trace) -> io::Result<Self> {
        let bound = first(addr).and_then(net::TcpListener::bind);
        let socket =
            trace.returned("bind", bound, |s| address(s.local_addr()))?;
        trace.call("listen", None, String::new);
        Ok(Self { socket, calls: Calls(trace.clone()) })
    }

    /// Waits for the next connection. The trace numbers it: `server #1`.
    pub fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let listening = &self.calls.0;
        let (socket, peer) = self.socket.accept().inspect_err(|e| {
            listening.call("accept", None, || failed(e));
        })?;
        let trace = listening.of_accepted();
        trace.call("accept", None, || format!("from {peer}"));
        Ok((TcpStream { socket, calls: Calls(trace) }, peer))
    }

    /// Where it listens.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }
}

/// A `std::net::TcpStream` that shows its calls.
#[derive(Debug)]
pub struct TcpStream {
    socket: net::TcpStream,
    calls: Calls,
}

impl TcpStream {
    /// Connects to the first of the name's addresses that answers, within `timeout` for
    /// all.
    pub fn connect(
        addr: &Addr,
        timeout: Duration,
        trace: &Trace,
    ) -> io::Result<Self> {
        let connected = connect(addr, timeout);
        let socket = trace.returned("connect", connected, |socket| {
            let peer = address(socket.peer_addr());
            format!("to {peer} from {}", address(socket.local_addr()))
        })?;
        Ok(Self { socket, calls: Calls(trace.clone()) })
    }

    /// Are its calls shown, or recorded?
    pub fn is_traced(&self) -> bool {
        !self.calls.0.is_off()
    }

    /// The socket of std, for what this one cannot do. A call on it is not shown.
    pub fn untraced(&self) -> &net::TcpStream {
        &self.socket
    }

    /// Says that no more bytes follow (`Shutdown::Write`, the half-close), or unblocks
    /// every call on this stream (`Shutdown::Both`).
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        let shut = self.socket.shutdown(how);
        self.calls.0.returned("shutdown", shut, |()| format!("{how:?}"))
    }

    /// Waits for bytes, and leaves them in the stream.
    pub fn peek(&self, buffer: &mut [u8]) -> io::Result<usize> {
        uninterrupted(&self.socket, READING, |socket| socket.peek(buffer))
    }

    /// This end's address.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// How long one read waits.
    pub fn read_timeout(&self) -> io::Result<Option<Duration>> {
        self.socket.read_timeout()
    }

    /// How long one read waits from now on; `None`: without end.
    pub fn set_read_timeout(&self, time: Option<Duration>) -> io::Result<()> {
        ok_if_shut(self.socket.set_read_timeout(time))
    }

    /// How long one write waits from now on; `None`: without end.
    pub fn set_write_timeout(&self, time: Option<Duration>) -> io::Result<()> {
        ok_if_shut(self.socket.set_write_timeout(time))
    }

    /// Does each write leave at once? (Without Nagle's algorithm, that is.)
    pub fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
        ok_if_shut(self.socket.set_nodelay(nodelay))
    }
}

/// Reading and writing need no `&mut`, as with `std::net::TcpStream`: one thread can
/// write while another reads.
impl Read for &TcpStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = |mut socket: &net::TcpStream| socket.read(buffer);
        let result = uninterrupted(&self.socket, READING, read);
        self.calls.0.let_senders_go_first();
        self.calls.0.moved("read", buffer, &result, || match result {
            Ok(0) if !buffer.is_empty() => "end of stream".into(),
            _ => String::new(),
        });
        result
    }
}

impl Write for &TcpStream {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let write = |mut socket: &net::TcpStream| socket.write(buffer);
        self.calls.0.sending(|| {
            let result = uninterrupted(&self.socket, WRITING, write);
            self.calls.0.moved("write", buffer, &result, String::new);
            result
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(()) // nothing is held back here
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
        Ok(())
    }
}

/// A `std::net::UdpSocket` that shows its calls.
#[derive(Debug)]
pub struct UdpSocket {
    socket: net::UdpSocket,
    calls: Calls,
}

impl UdpSocket {
    /// Takes the first address of this name.
    pub fn bind(addr: impl ToSocketAddrs, trace: &Trace) -> io::Result<Self> {
        let bound = first(addr).and_then(net::UdpSocket::bind);
        let socket =
            trace.returned("bind", bound, |s| address(s.local_addr()))?;
        Ok(Self { socket, calls: Calls(trace.clone()) })
    }

    /// Sends one datagram.
    pub fn send_to(&self, data: &[u8], to: SocketAddr) -> io::Result<usize> {
        self.calls.0.sending(|| {
            let result = self.socket.send_to(data, to);
            let note = || format!("to {to}");
            self.calls.0.moved("sendto", data, &result, note);
            result
        })
    }

    /// Receives one datagram, and who sent it.
    pub fn recv_from(
        &self,
        buffer: &mut [u8],
    ) -> io::Result<(usize, SocketAddr)> {
        let receive = |socket: &net::UdpSocket| socket.recv_from(buffer);
        let result = uninterrupted(&self.socket, RECEIVING, receive);
        self.calls.0.let_senders_go_first();
        let (n, from) = result.inspect_err(|e| {
            self.calls.0.call("recvfrom", None, || failed(e));
        })?;
        let note = || format!("from {from}");
        self.calls.0.moved("recvfrom", buffer, &Ok(n), note);
        Ok((n, from))
    }

    /// The socket of std, for what this one cannot do. A call on it is not shown.
    pub fn untraced(&self) -> &net::UdpSocket {
        &self.socket
    }

    /// Which address it has.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// How long one `recv_from` waits from now on; `None`: without end.
    pub fn set_read_timeout(&self, time: Option<Duration>) -> io::Result<()> {
        self.socket.set_read_timeout(time)
    }
}
