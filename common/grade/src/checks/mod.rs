//! What the programs of the four lessons must do: one file for each kind of program.
//! Here stands which lesson has which of them.

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

use std::sync::LazyLock;

use crate::check::Check;
use crate::lesson::Lesson;

impl Lesson {
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
