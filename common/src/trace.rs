//! Sockets that show every call made on them: who, which call, how many bytes, and the
//! bytes themselves.
//!
//! A traced socket is used like the socket in it. With `--trace` each call is a line on
//! stderr as it returns; a tour records the calls, and tells its tale from the record.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};

use crate::cli::{printable, say};

/// What happens to the calls of a traced socket.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    show: bool,
    record: Option<Sender<Call>>,
    accepted: Arc<AtomicUsize>,
}

impl Trace {
    /// Shows the calls on stderr, or does nothing at all.
    pub fn new(show: bool) -> Self {
        Self { show, ..Self::default() }
    }

    /// Shows the calls as this trace does, and records them as well.
    pub fn recorded(&self) -> (Self, Recording) {
        let (sender, calls) = mpsc::channel();
        let trace =
            Self { show: self.show, record: Some(sender), ..Self::default() };
        (trace, Recording { calls })
    }

    /// A listener that has just been bound.
    pub fn listener(
        &self,
        who: impl Into<String>,
        listener: TcpListener,
    ) -> Traced<TcpListener> {
        let traced = self.wrap(who, listener);
        traced.note("bind", || address(traced.local_addr()));
        traced.note("listen", String::new);
        traced
    }

    /// A stream that has just been connected.
    pub fn connected(
        &self,
        who: impl Into<String>,
        stream: TcpStream,
    ) -> Traced<TcpStream> {
        let traced = self.wrap(who, stream);
        traced.note("connect", || {
            let peer = address(traced.peer_addr());
            format!("to {peer} from {}", address(traced.local_addr()))
        });
        traced
    }

    /// A UDP socket that has just been bound.
    pub fn udp(
        &self,
        who: impl Into<String>,
        socket: UdpSocket,
    ) -> Traced<UdpSocket> {
        let traced = self.wrap(who, socket);
        traced.note("bind", || address(traced.local_addr()));
        traced
    }

    fn wrap<S>(&self, who: impl Into<String>, socket: S) -> Traced<S> {
        Traced { socket, who: who.into(), trace: self.clone() }
    }

    /// Neither shown nor recorded.
    pub fn is_off(&self) -> bool {
        !self.show && self.record.is_none()
    }

    fn emit(&self, call: Call) {
        if self.show {
            say(&call);
        }
        if let Some(record) = &self.record {
            // Nobody listens any more: then nobody misses the call.
            let _ = record.send(call);
        }
    }
}

/// The calls that one end has made, in order.
#[derive(Debug)]
pub struct Recording {
    calls: Receiver<Call>,
}

impl Recording {
    /// Takes the calls up to the one with which every name in `wanted` has been called
    /// and has moved that many bytes. Waits for them, five seconds for all.
    ///
    /// # Errors
    ///
    /// A message that names what did not happen.
    pub fn until(&self, wanted: &[(&str, usize)]) -> Result<Vec<Call>, String> {
        let deadline = Instant::now() + Duration::from_secs(5);
        let mut missing = wanted.to_vec();
        let mut taken = Vec::new();
        while let Some((name, bytes)) = missing.first() {
            let left = deadline.saturating_duration_since(Instant::now());
            let call = self.calls.recv_timeout(left).map_err(|_| {
                format!("waited in vain for {name} of {bytes} bytes")
            })?;
            for (name, bytes) in &mut missing {
                if *name == call.name {
                    *bytes = bytes.saturating_sub(call.len());
                }
            }
            missing.retain(|(name, left)| *name != call.name || *left > 0);
            taken.push(call);
        }
        Ok(taken)
    }

    /// Takes the calls made so far.
    pub fn so_far(&self) -> Vec<Call> {
        self.calls.try_iter().collect()
    }
}

/// The same words for a timeout on every system: Unix calls it `WouldBlock`.
fn failed(e: &io::Error) -> String {
    match e.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => "timed out".into(),
        _ => format!("failed: {e}"),
    }
}

fn address(addr: io::Result<SocketAddr>) -> String {
    addr.map_or_else(|e| e.to_string(), |a| a.to_string())
}

/// One call on a socket, after it has returned.
#[derive(Clone, Debug)]
pub struct Call {
    /// Which end made it: "client", "server 127.0.0.1:50412".
    pub who: String,
    /// The call's name: "read", "sendto".
    pub name: &'static str,
    /// The bytes it moved; `None` for calls that move none, and for failures.
    pub bytes: Option<Vec<u8>>,
    /// What else there is to say: an address, an error.
    pub note: String,
}

impl Call {
    /// How many bytes the call moved.
    pub fn len(&self) -> usize {
        self.bytes.as_ref().map_or(0, Vec::len)
    }

    /// Did it move none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// How many bytes of a call are shown.
const SHOWN: usize = 12;

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let style = match self.who.split(' ').next() {
            Some("client") => AnsiColor::Green.on_default(),
            Some("server") => AnsiColor::Yellow.on_default(),
            _ => Style::new(),
        };
        write!(f, "{style}{:<9}{style:#}  {}", self.who, self.name)?;
        if self.bytes.is_some() || !self.note.is_empty() {
            write!(f, "{:1$}", "", 8usize.saturating_sub(self.name.len()))?;
        }
        if let Some(bytes) = &self.bytes {
            let head = &bytes[..bytes.len().min(SHOWN)];
            let hex: Vec<_> = head.iter().map(|b| format!("{b:02x}")).collect();
            let more = if bytes.len() > SHOWN { "..." } else { "" };
            write!(f, " {:>5} bytes", bytes.len())?;
            if !bytes.is_empty() {
                write!(f, "  {}{more}", hex.join(" "))?;
                write!(f, "  |{}|{more}", printable(head))?;
            }
        }
        if !self.note.is_empty() {
            write!(f, "  {}", self.note)?;
        }
        Ok(())
    }
}

/// A socket that shows the calls made on it.
///
/// Calls that a signal interrupted are made again: that is no event of the network.
#[derive(Debug)]
pub struct Traced<S> {
    socket: S,
    who: String,
    trace: Trace,
}

impl<S> Traced<S> {
    /// Emits a call that moves no bytes.
    fn note(&self, name: &'static str, note: impl FnOnce() -> String) {
        self.emit(name, None, note);
    }

    /// Emits a call that moved the first `result` bytes of `buffer`, or failed.
    fn moved(
        &self,
        name: &'static str,
        buffer: &[u8],
        result: &io::Result<usize>,
        note: impl FnOnce() -> String,
    ) {
        match result {
            Ok(n) => self.emit(name, Some(&buffer[..*n]), note),
            Err(e) => self.note(name, || failed(e)),
        }
    }

    fn emit(
        &self,
        name: &'static str,
        bytes: Option<&[u8]>,
        note: impl FnOnce() -> String,
    ) {
        if !self.trace.is_off() {
            self.trace.emit(Call {
                who: self.who.clone(),
                name,
                bytes: bytes.map(<[u8]>::to_vec),
                note: note(),
            });
        }
    }
}

/// Makes a call until no signal interrupts it.
fn again<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Everything that moves no bytes works as on the socket itself.
impl<S> Deref for Traced<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.socket
    }
}

/// Dropping a socket closes it.
impl<S> Drop for Traced<S> {
    fn drop(&mut self) {
        self.note("close", String::new);
    }
}

impl Traced<TcpListener> {
    /// Waits for the next connection, and numbers it.
    ///
    /// # Errors
    ///
    /// As `TcpListener::accept`.
    pub fn accept(&self) -> io::Result<(Traced<TcpStream>, SocketAddr)> {
        match again(|| self.socket.accept()) {
            Ok((stream, peer)) => {
                let n = self.trace.accepted.fetch_add(1, Relaxed) + 1;
                let who = format!("{} #{n}", self.who);
                let stream = self.trace.wrap(who, stream);
                stream.note("accept", || format!("from {peer}"));
                Ok((stream, peer))
            }
            Err(e) => {
                self.note("accept", || format!("failed: {e}"));
                Err(e)
            }
        }
    }
}

impl Traced<TcpStream> {
    /// Says that no more bytes follow (`Shutdown::Write`, the half-close), or unblocks
    /// every call on this stream (`Shutdown::Both`).
    ///
    /// # Errors
    ///
    /// As `TcpStream::shutdown`.
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        let result = self.socket.shutdown(how);
        self.note("shutdown", || match &result {
            Ok(()) => format!("{how:?}"),
            Err(e) => format!("failed: {e}"),
        });
        result
    }
}

/// Reading and writing need no `&mut`, as with `TcpStream` itself: one thread can write
/// while another reads.
impl Read for &Traced<TcpStream> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let result = again(|| (&self.socket).read(buffer));
        self.moved("read", buffer, &result, || match result {
            Ok(0) => "end of stream".into(),
            _ => String::new(),
        });
        result
    }
}

impl Write for &Traced<TcpStream> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let result = again(|| (&self.socket).write(buffer));
        self.moved("write", buffer, &result, String::new);
        result
    }

    fn flush(&mut self) -> io::Result<()> {
        (&self.socket).flush()
    }
}

impl Read for Traced<TcpStream> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self).read(buffer)
    }
}

impl Write for Traced<TcpStream> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        (&*self).write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&*self).flush()
    }
}

impl Traced<UdpSocket> {
    /// Sends one datagram.
    ///
    /// # Errors
    ///
    /// As `UdpSocket::send_to`.
    pub fn send_to(&self, data: &[u8], to: SocketAddr) -> io::Result<usize> {
        let result = again(|| self.socket.send_to(data, to));
        self.moved("sendto", data, &result, || format!("to {to}"));
        result
    }

    /// Receives one datagram, and who sent it.
    ///
    /// # Errors
    ///
    /// As `UdpSocket::recv_from`.
    pub fn recv_from(
        &self,
        buffer: &mut [u8],
    ) -> io::Result<(usize, SocketAddr)> {
        match again(|| self.socket.recv_from(buffer)) {
            Ok((n, from)) => {
                let note = || format!("from {from}");
                self.moved("recvfrom", buffer, &Ok(n), note);
                Ok((n, from))
            }
            Err(e) => {
                self.note("recvfrom", || failed(&e));
                Err(e)
            }
        }
    }
}
