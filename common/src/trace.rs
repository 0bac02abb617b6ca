//! The sockets of the lessons. They show the calls made on them: who, which call, how
//! many bytes, and the bytes themselves.
//!
//! They have the calls of the sockets of `std::net` that the lessons use, with the same
//! errors. What opens or closes a socket and what moves bytes is shown; `peek` and
//! options are not. With `--trace` each call is a line on stderr as it returns; a tour
//! records the calls and shows them itself.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{self, Shutdown, SocketAddr, ToSocketAddrs};
use std::time::{Duration, Instant};

use crate::addr::Addr;
pub use crate::calls::Trace;
use crate::calls::failed;
use crate::connect::connect;

fn address(addr: io::Result<SocketAddr>) -> String {
    addr.map_or_else(|e| e.to_string(), |a| a.to_string())
}

/// The first address of a name. The next call would try the others, too, and take one
/// that nobody has asked for.
fn first(addr: impl ToSocketAddrs) -> io::Result<SocketAddr> {
    let first = addr.to_socket_addrs()?.next();
    first.ok_or_else(|| ErrorKind::NotFound.into())
}

/// The timeout of a kind of call on a socket: how to look at it, and how to set it.
type Timeout<S> = (
    fn(&S) -> io::Result<Option<Duration>>,
    fn(&S, Option<Duration>) -> io::Result<()>,
);

/// Makes a call until no signal interrupts it: that is no event of the network. After a
/// signal, the call gets what is left of its time, and not all of it again.
fn uninterrupted<S, T>(
    socket: &S,
    (timeout, set_timeout): Timeout<S>,
    mut call: impl FnMut(&S) -> io::Result<T>,
) -> io::Result<T> {
    let interrupted = |result: &io::Result<T>| {
        result.as_ref().is_err_and(|e| e.kind() == ErrorKind::Interrupted)
    };
    let start = Instant::now();
    let mut result = call(socket);
    if !interrupted(&result) {
        return result;
    }
    let whole = timeout(socket)?;
    while interrupted(&result) {
        // At least a moment, in which the call takes what has come meanwhile.
        let moment = Duration::from_millis(10);
        let left = |time: Duration| time.saturating_sub(start.elapsed());
        let rest = whole.map(|time| left(time).max(moment));
        ok_if_shut(set_timeout(socket, rest))?;
        result = call(socket);
    }
    ok_if_shut(set_timeout(socket, whole))?;
    result
}

const READING: Timeout<net::TcpStream> =
    (net::TcpStream::read_timeout, net::TcpStream::set_read_timeout);
const WRITING: Timeout<net::TcpStream> =
    (net::TcpStream::write_timeout, net::TcpStream::set_write_timeout);
const RECEIVING: Timeout<net::UdpSocket> =
    (net::UdpSocket::read_timeout, net::UdpSocket::set_read_timeout);
const SENDING: Timeout<net::UdpSocket> =
    (net::UdpSocket::write_timeout, net::UdpSocket::set_write_timeout);

/// The result of setting an option of a stream. macOS refuses each one (EINVAL) once both
/// directions are shut, by two goodbyes or by a reset. No call waits then,
/// so the refusal is no error: what has arrived can still be read.
pub fn ok_if_shut(result: io::Result<()>) -> io::Result<()> {
    let is_quirk = |e: &io::Error| e.kind() == ErrorKind::InvalidInput;
    if cfg!(target_vendor = "apple") && result.as_ref().is_err_and(is_quirk) {
        return Ok(());
    }
    result
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
    /// Takes the first address of this name, and listens on it.
    pub fn bind(addr: impl ToSocketAddrs, trace: &Trace) -> io::Result<Self> {
        let bound = first(addr).and_then(net::TcpListener::bind);
        let socket = bound.inspect_err(|e| {
            trace.note("bind", || failed(e));
        })?;
        trace.note("bind", || address(socket.local_addr()));
        trace.note("listen", String::new);
        Ok(Self { socket, calls: Calls(trace.clone()) })
    }

    /// Waits for the next connection. The trace numbers it: `server #1`.
    pub fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let listening = &self.calls.0;
        let accepted = uninterrupted(
            &self.socket,
            (|_| Ok(None), |_, _| Ok(())),
            net::TcpListener::accept,
        );
        let (socket, peer) = accepted.inspect_err(|e| {
            listening.note("accept", || failed(e));
        })?;
        let trace = listening.of_accepted();
        trace.note("accept", || format!("from {peer}"));
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
        let socket = connect(addr, timeout).inspect_err(|e| {
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

    /// The socket of std, for what this one cannot do. A call on it is not shown.
    pub fn untraced(&self) -> &net::TcpStream {
        &self.socket
    }

    /// Says that no more bytes follow (`Shutdown::Write`, the half-close), or unblocks
    /// every call on this stream (`Shutdown::Both`).
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        let result = self.socket.shutdown(how);
        self.calls.0.note("shutdown", || match &result {
            Ok(()) => format!("{how:?}"),
            Err(e) => failed(e),
        });
        result
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
        let socket = bound.inspect_err(|e| {
            trace.note("bind", || failed(e));
        })?;
        trace.note("bind", || address(socket.local_addr()));
        Ok(Self { socket, calls: Calls(trace.clone()) })
    }

    /// Sends one datagram.
    pub fn send_to(&self, data: &[u8], to: SocketAddr) -> io::Result<usize> {
        let send = |socket: &net::UdpSocket| socket.send_to(data, to);
        self.calls.0.sending(|| {
            let result = uninterrupted(&self.socket, SENDING, send);
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
            self.calls.0.note("recvfrom", || failed(e));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupted_call_gets_what_is_left_of_its_time() {
        let socket = net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let whole = Some(Duration::from_secs(60));
        socket.set_read_timeout(whole).unwrap();
        let mut interrupted = false;
        let left = uninterrupted(&socket, RECEIVING, |socket| {
            if interrupted {
                return socket.read_timeout();
            }
            interrupted = true;
            std::thread::sleep(Duration::from_millis(30));
            Err(ErrorKind::Interrupted.into())
        });
        assert!(left.unwrap() < whole);
        assert_eq!(socket.read_timeout().unwrap(), whole);
    }
}
