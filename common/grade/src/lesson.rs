//! The four lessons, and which checks belong to each.

use std::sync::LazyLock;

use crate::check::Check;
use crate::checks::{
    file_client, file_liars, file_requests, file_server, frames, tcp_clients,
    tcp_echo, udp_client, udp_echo,
};

static TCP_ECHO: LazyLock<Vec<Check>> =
    LazyLock::new(|| [tcp_echo::CHECKS, tcp_clients::CHECKS].concat());

/// Those of lesson 4's server stand in three files, and those of `--strict` at the end.
static FILE_SERVER: LazyLock<Vec<Check>> = LazyLock::new(|| {
    let mut all =
        [file_server::CHECKS, file_requests::CHECKS, file_liars::CHECKS]
            .concat();
    all.sort_by_key(|check| check.strict);
    all
});

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

    /// How a server of one's own is graded.
    pub(crate) fn command(self) -> String {
        format!(
            "cargo run -p grade -- {} python3 my_server.py PORT",
            self.name()
        )
    }

    /// The checks of its server, those of `--strict` at the end.
    pub fn checks(self) -> &'static [Check] {
        match self {
            Self::TcpEcho => &TCP_ECHO,
            Self::UdpEcho => udp_echo::CHECKS,
            Self::StickyPacketDemo => frames::CHECKS,
            Self::FileTransfer => &FILE_SERVER,
        }
    }

    /// The checks of its client; none where it has no client of its own.
    pub fn client_checks(self) -> &'static [Check] {
        match self {
            Self::UdpEcho => udp_client::CHECKS,
            Self::FileTransfer => file_client::CHECKS,
            _ => &[],
        }
    }
}
