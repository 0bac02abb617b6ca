//! A check in one literal: its name, its sentence, what it does, where to read about it,
//! and what it is worth.

use crate::client::Client;
use crate::finding::{Verdict, skipped};
use crate::server::Server;

/// One thing that a program of a lesson must do.
#[derive(Clone, Copy)]
pub struct Check {
    /// Short, and the same for years: `tcp-echo.half-close`.
    pub id: &'static str,
    /// A sentence: what a right program does.
    pub name: &'static str,
    /// The part of the lesson that explains it.
    pub explained_by: &'static str,
    /// How many points it is worth.
    pub weight: u32,
    /// Checks that this one rests on: where one of them has failed, it is not tried.
    pub after: &'static [&'static str],
    /// Where this fails, none behind it can pass.
    pub basis: bool,
    /// Good practice that the lesson's page does not demand.
    pub strict: bool,
    /// What it does, and with which kind of program.
    pub run: Run,
}

/// What a check does, and with which kind of program.
#[derive(Clone, Copy)]
pub enum Run {
    /// Talks to a server.
    Server(fn(&mut Server) -> Verdict),
    /// Plays the server for a client.
    Client(fn(&mut Client) -> Verdict),
}

/// A check of a server, worth one point. Its id is short here: its lesson adds to it.
pub(crate) const fn server(
    id: &'static str,
    name: &'static str,
    run: fn(&mut Server) -> Verdict,
) -> Check {
    Check::new(id, name, Run::Server(run))
}

/// A check of a client, worth one point.
pub(crate) const fn client(
    id: &'static str,
    name: &'static str,
    run: fn(&mut Client) -> Verdict,
) -> Check {
    Check::new(id, name, Run::Client(run))
}

impl Check {
    const fn new(id: &'static str, name: &'static str, run: Run) -> Self {
        let (explained_by, after, basis, strict) = ("", &[], false, false);
        Self { id, name, explained_by, weight: 1, after, basis, strict, run }
    }

    /// The same, and where to read about it.
    pub(crate) const fn see(self, explained_by: &'static str) -> Self {
        Self { explained_by, ..self }
    }

    /// The same, without which nothing behind it works.
    pub(crate) const fn basis(self) -> Self {
        Self { basis: true, ..self }
    }

    /// The same, worth more: about as much as all that rests on it, so that no mistake
    /// pays.
    pub(crate) const fn points(self, weight: u32) -> Self {
        Self { weight, ..self }
    }

    /// The same, which rests on these: the mistake that one of them finds is enough to
    /// make it fail, or luck to pass it.
    pub(crate) const fn after(self, after: &'static [&'static str]) -> Self {
        Self { after, ..self }
    }

    /// The same as good practice: only `--strict` asks for it.
    pub(crate) const fn strict(self) -> Self {
        Self { strict: true, ..self }
    }

    /// Is this its id, with or without the lesson, or a part of its sentence? `_` is a
    /// space, and capitals do not count.
    pub fn is_named(&self, text: &str) -> bool {
        let words = text.replace('_', " ").to_lowercase();
        self.id == text
            || self.id.ends_with(&format!(".{text}"))
            || self.name.to_lowercase().contains(&words)
    }

    /// A number of its own for each check, so that a seed means the same whichever
    /// other checks are run (FNV-1a).
    pub(crate) fn own_seed(&self, seed: u64) -> u64 {
        self.id.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    }
}

impl Server {
    /// Does one check, and tells what it has found, or why it could not be made.
    pub fn check(&mut self, check: &Check) -> Verdict {
        let Run::Server(run) = check.run else {
            return skipped("this is a check for a client");
        };
        self.begin(check.own_seed(self.seed));
        run(self)
    }
}

impl Client {
    /// Does one check, and tells what it has found, or why it could not be made.
    pub fn check(&self, check: &Check) -> Verdict {
        let Run::Client(run) = check.run else {
            return skipped("this is a check for a server");
        };
        let random = fastrand::Rng::with_seed(check.own_seed(self.seed));
        run(&mut Self { random, ..self.clone() })
    }
}
