//! Addresses as a person types them: a host and a port.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, ToSocketAddrs};
use std::str::FromStr;

/// The address of a lesson's server where none is given: the ports of the original
/// tutorial.
pub fn default_addr(lesson: &str) -> &'static str {
    match lesson {
        "file-transfer" => "127.0.0.1:9901",
        _ => "127.0.0.1:8080",
    }
}

/// A host name or an IP address, and a port.
///
/// It stays as it was typed until a socket needs it, so that an error can name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addr {
    host: String,
    port: u16,
}

impl Addr {
    /// The port; 0 stands for any free port.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl FromStr for Addr {
    type Err = String;

    /// Accepts `host:port`, `1.2.3.4:port` and `[::1]:port`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let example = "give HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080";
        let (host, port) = text.rsplit_once(':').ok_or(example)?;
        let host = match host.strip_prefix('[') {
            Some(rest) => rest.strip_suffix(']').ok_or(example)?,
            None if host.contains(':') => return Err(example.into()),
            None => host,
        };
        if host.is_empty() {
            return Err(example.into());
        }
        let port = port
            .parse()
            .map_err(|_| format!("a port is 0 to 65535; {example}"))?;
        let host = host.to_string();
        Ok(Self { host, port })
    }
}

impl From<SocketAddr> for Addr {
    fn from(addr: SocketAddr) -> Self {
        // Not ip(): an IPv6 address can have a zone behind it, fe80::1%2, and is
        // of no use without it.
        let text = addr.to_string();
        let host =
            text.rsplit_once(':').map_or(text.as_str(), |(host, _)| host);
        let host = host.trim_start_matches('[').trim_end_matches(']').into();
        Self { host, port: addr.port() }
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

/// Asks the system's resolver. A name can have several addresses.
impl ToSocketAddrs for Addr {
    type Iter = std::vec::IntoIter<SocketAddr>;

    fn to_socket_addrs(&self) -> io::Result<Self::Iter> {
        (self.host.as_str(), self.port)
            .to_socket_addrs()
            // The resolver's errors have no kind of their own; bind and connect
            // never fail with this one.
            .map_err(|e| io::Error::new(ErrorKind::NotFound, e))
    }
}
