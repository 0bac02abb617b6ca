//! The four lessons: their names, and where their servers listen.

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
        match self {
            Self::TcpEcho => "tcp-echo",
            Self::UdpEcho => "udp-echo",
            Self::StickyPacketDemo => "sticky-packet-demo",
            Self::FileTransfer => "file-transfer",
        }
    }

    /// The lesson of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lesson| lesson.name() == name)
    }

    /// Where its server listens unless told otherwise.
    pub fn default_addr(self) -> &'static str {
        match self {
            Self::FileTransfer => "127.0.0.1:9901",
            _ => "127.0.0.1:8080",
        }
    }
}
