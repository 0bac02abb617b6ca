//! Addresses as a person types them: a host and a port.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};
use std::str::FromStr;

/// A host name or an IP address, and a port.
///
/// It stays as it was typed until a socket needs it, so that an error can name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addr {
    host: String,
    port: u16,
}

impl Addr {
    /// The address, where an IP address was typed; a name has to be asked for.
    pub fn literal(&self) -> Option<SocketAddr> {
        let ip: IpAddr = self.host.parse().ok()?;
        Some((ip, self.port).into())
    }

    /// The port; 0 stands for any free port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Is this `0.0.0.0` or `[::]`, or a number that means the same, as `0` does? A
    /// server listens there on every network. Nothing can be sent there.
    pub fn is_every_network(&self) -> bool {
        // No name begins with a digit in each part, or has a colon in it: nobody has
        // to be asked.
        let is_digit = |c: char| c.is_ascii_digit();
        let mut parts = self.host.split('.');
        let is_address = self.host.contains(':')
            || parts.all(|part| part.starts_with(is_digit));
        is_address && self.all_are(IpAddr::is_unspecified)
    }

    /// Is this the address of each machine for itself?
    pub fn is_loopback(&self) -> bool {
        self.all_are(IpAddr::is_loopback)
    }

    fn all_are(&self, kind: fn(&IpAddr) -> bool) -> bool {
        let all = self.to_socket_addrs();
        // An address of IPv4 can be written as one of IPv6.
        let is = |a: SocketAddr| kind(&a.ip().to_canonical());
        all.is_ok_and(|mut all| all.len() > 0 && all.all(is))
    }

    /// As a shell takes it: zsh looks for files that are called like `[::1]:8080`.
    pub fn in_a_command(&self) -> String {
        let text = self.to_string();
        let is_plain = |c: char| c.is_alphanumeric() || ".:-_".contains(c);
        if text.chars().all(is_plain) { text } else { format!("\"{text}\"") }
    }
}

impl FromStr for Addr {
    type Err = AddrError;

    /// Accepts `host:port`, `1.2.3.4:port` and `[::1]:port`.
    fn from_str(text: &str) -> Result<Self, AddrError> {
        let (host, port) = text.rsplit_once(':').ok_or(AddrError::FORM)?;
        let host = match host.strip_prefix('[') {
            Some(rest) => rest.strip_suffix(']').ok_or(AddrError::FORM)?,
            None if host.contains(':') => return Err(AddrError::FORM),
            None => host,
        };
        if host.is_empty() {
            return Err(AddrError::FORM);
        }
        let port = port.parse().map_err(|_| AddrError::PORT)?;
        Ok(Self { host: host.into(), port })
    }
}

/// What is wrong with an address as it was typed, or what can be given in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddrError(&'static str);

impl AddrError {
    const FORM: Self =
        Self("give HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080");
    const PORT: Self = Self(
        "a port is 0 to 65535; give HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080",
    );
    /// Nothing can be sent to port 0.
    pub(crate) const PORT_ZERO: Self = Self(
        "port 0 means any free port, and only to a server: give the one it prints after \
         'listening on'",
    );
    /// Nothing can be sent to `0.0.0.0` or `[::]`.
    pub(crate) const EVERY_NETWORK: Self = Self(
        "that means every network, and only to a server: give one of its addresses, \
         such as 127.0.0.1",
    );
}

impl fmt::Display for AddrError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for AddrError {}

impl From<SocketAddr> for Addr {
    fn from(addr: SocketAddr) -> Self {
        // Not ip(): an IPv6 address can have a zone behind it, fe80::1%2, and is
        // of no use without it.
        let text = addr.to_string();
        let host = text.rsplit_once(':').map_or("", |(host, _)| host);
        Self { host: host.replace(['[', ']'], ""), port: addr.port() }
    }
}

impl fmt::Display for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// Asks the system's resolver. A name can have several addresses: those of IPv4 come
/// first.
///
/// Some systems name ::1 first for `localhost`, some 127.0.0.1. Server and client must
/// not differ in that, and the lessons' default is 127.0.0.1.
impl ToSocketAddrs for Addr {
    type Iter = std::vec::IntoIter<SocketAddr>;

    fn to_socket_addrs(&self) -> io::Result<Self::Iter> {
        // The resolver's errors have no kind of their own; bind and connect never fail
        // with this one. (Too many open files, and the like, are errors of Unix.)
        let asked = (self.host.as_str(), self.port).to_socket_addrs();
        let found = asked.map_err(|e| match e.raw_os_error() {
            Some(_) if cfg!(unix) => e,
            _ => io::Error::new(ErrorKind::NotFound, e),
        })?;
        let mut all: Vec<SocketAddr> = found.collect();
        all.sort_by_key(SocketAddr::is_ipv6); // the order of each kind stays
        Ok(all.into_iter())
    }
}

/// Tells where a server listens that was given `addr`, and where other machines find it
/// if they can.
///
/// The first line is `listening on HOST:PORT`.
pub fn announce(addr: &Addr, listening: SocketAddr, log: impl Fn(String)) {
    log(format!("listening on {listening}"));
    let all = addr.to_socket_addrs().into_iter().flatten().map(|a| a.ip());
    for other in all.filter(|ip| *ip != listening.ip()) {
        log(format!("(and not on {other}, which {addr} means as well)"));
    }
    let any = listening.ip().to_canonical();
    if !any.is_unspecified() {
        return;
    }
    let port = listening.port();
    let show = "ip addr, ifconfig or ipconfig shows";
    if let Some(ip) = address_towards_others(any) {
        let addr = Addr::from(SocketAddr::new(ip, port)).in_a_command();
        log(format!("from another machine: --addr {addr}"));
        log(format!("(if it has more addresses than that, {show} them)"));
    } else {
        // In no network, or in one that leads nowhere else.
        log(format!(
            "from another machine: --addr ADDRESS:{port}, with this machine's \
             address ({show} it)"
        ));
    }
}

/// The address of this machine that packets to other machines would leave from; `any` is
/// 0.0.0.0 or [::].
///
/// connect() on a UDP socket looks that up, and sends nothing. (Both addresses below are
/// kept for documentation, RFC 5737 and RFC 3849: nobody has them.)
fn address_towards_others(any: IpAddr) -> Option<IpAddr> {
    let other: IpAddr = match any {
        IpAddr::V4(_) => Ipv4Addr::new(192, 0, 2, 1).into(),
        IpAddr::V6(_) => Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into(),
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect((other, 9)).ok()?;
    let ip = socket.local_addr().ok()?.ip();
    (!ip.is_unspecified() && !ip.is_loopback()).then_some(ip)
}
