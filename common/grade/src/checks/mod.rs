//! What the programs of the four lessons must do: one file for each kind of program.
//! Here stand the lessons, and which of them has which checks.

mod clients;
mod file_client;
mod file_liars;
mod file_requests;
mod file_server;
mod frames;
mod places;
mod shared;
mod tcp_clients;
mod tcp_echo;
mod udp_client;
mod udp_echo;

use std::net::SocketAddr;
use std::sync::LazyLock;

use crate::check::Check;

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
