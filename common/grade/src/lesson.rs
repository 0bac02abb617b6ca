//! The four lessons, and which checks belong to each.

use std::sync::LazyLock;

use crate::check::Check;
use crate::checks::{
    file_client, file_liars, file_requests, file_server, frames, tcp_clients,
    tcp_echo, udp_client, udp_echo,
};

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
        let name = self.name();
        format!("cargo run -p grade -- {name} python3 my_server.py PORT")
    }

    /// The checks of its server, those of `--strict` at the end.
    pub fn checks(self) -> &'static [Check] {
        &CHECKS[self as usize][0]
    }

    /// The checks of its client; none where it has no client of its own.
    pub fn client_checks(self) -> &'static [Check] {
        &CHECKS[self as usize][1]
    }
}

/// All checks, with the whole of their ids: in their literals these are short.
static CHECKS: LazyLock<[[Vec<Check>; 2]; 4]> = LazyLock::new(|| {
    Lesson::ALL.map(|lesson| {
        let (server, client): (&[&[Check]], &[&[Check]]) = match lesson {
            Lesson::TcpEcho => (&[tcp_echo::CHECKS, tcp_clients::CHECKS], &[]),
            Lesson::UdpEcho => (&[udp_echo::CHECKS], &[udp_client::CHECKS]),
            Lesson::StickyPacketDemo => (&[frames::CHECKS], &[]),
            Lesson::FileTransfer => (
                &[
                    file_server::CHECKS,
                    file_requests::CHECKS,
                    file_liars::CHECKS,
                ],
                &[file_client::CHECKS],
            ),
        };
        [(server, ""), (client, "client-")].map(|(parts, kind)| {
            let full = |id: &&str| -> &'static str {
                // It stays for as long as the program.
                format!("{}.{kind}{id}", lesson.name()).leak()
            };
            let mut checks = parts.concat();
            for check in &mut checks {
                check.id = full(&check.id);
                check.after =
                    check.after.iter().map(full).collect::<Vec<_>>().leak();
            }
            checks.sort_by_key(|check| check.strict);
            checks
        })
    })
});
