//! The four lessons: their names, and where their servers listen.

use std::net::SocketAddr;

/// A lesson of the course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lesson {
    /// Lesson 1: an upper-casing echo over TCP.
    TcpEcho,
    /// Lesson 2: the same over UDP.
    UdpEcho,
    /// Lesson 3: a server that sends each frame back in upper case.
    StickyPacketDemo,
    /// Lesson 4: files.
    FileTransfer,
}

impl Lesson {
    /// All of them, in the order of the course.
    pub const ALL: [Self; 4] = [
        Self::TcpEcho,
        Self::UdpEcho,
        Self::StickyPacketDemo,
        Self::FileTransfer,
    ];

    /// The name of its folder, and of its program.
    pub fn name(self) -> &'static str {
        ["tcp-echo", "udp-echo", "sticky-packet-demo", "file-transfer"]
            [self as usize]
    }

    /// Where its server listens unless told otherwise.
    pub fn default_addr(self) -> SocketAddr {
        let port = if self == Self::FileTransfer { 9901 } else { 8080 };
        SocketAddr::from(([127, 0, 0, 1], port))
    }
}
