//! A check: a name that is a sentence, where the lesson explains it, and what to do.

use crate::clients::{Client, Hosting};
use crate::finding::Verdict;
use crate::visit::{Server, Visit, skipped};

/// One thing that a program of a lesson must do.
#[derive(Clone, Copy)]
pub struct Check {
    /// A sentence: what a right program does.
    pub name: &'static str,
    /// The part of the lesson that explains it.
    pub explained_by: &'static str,
    /// Good practice that the lesson's page does not demand.
    pub strict: bool,
    /// What it does, and with which kind of program.
    pub run: Run,
}

/// What a check does, and with which kind of program.
#[derive(Clone, Copy)]
pub enum Run {
    /// Visits a server.
    Server(fn(&mut Visit) -> Verdict),
    /// Plays the server for a client.
    Client(fn(&mut Hosting) -> Verdict),
}

impl Check {
    /// A check of a server.
    pub(crate) const fn server(
        name: &'static str,
        explained_by: &'static str,
        run: fn(&mut Visit) -> Verdict,
    ) -> Self {
        let run = Run::Server(run);
        Self { name, explained_by, strict: false, run }
    }

    /// A check of a client.
    pub(crate) const fn client(
        name: &'static str,
        explained_by: &'static str,
        run: fn(&mut Hosting) -> Verdict,
    ) -> Self {
        let run = Run::Client(run);
        Self { name, explained_by, strict: false, run }
    }

    /// The same as good practice: only `--strict` asks for it.
    pub(crate) const fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// Does its name contain this text? `_` is a space, and capitals do not count.
    pub fn is_named(&self, text: &str) -> bool {
        let text = text.replace('_', " ").to_lowercase();
        self.name.to_lowercase().contains(&text)
    }

    /// A number of its own for each name, so that a seed means the same whichever
    /// other checks are run (FNV-1a).
    pub(crate) fn own_seed(&self, seed: u64) -> u64 {
        self.name.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    }
}

impl Server {
    /// Does one check.
    ///
    /// # Errors
    ///
    /// What the check has found, or why it could not be done.
    pub fn check(&mut self, check: &Check) -> Verdict {
        let Run::Server(run) = check.run else {
            return skipped("this is a check for a client");
        };
        let seed = check.own_seed(self.seed);
        run(&mut Visit::to(self, seed))
    }
}

impl Client {
    /// Does one check.
    ///
    /// # Errors
    ///
    /// What the check has found, or why it could not be done.
    pub fn check(&self, check: &Check) -> Verdict {
        let Run::Client(run) = check.run else {
            return skipped("this is a check for a server");
        };
        run(&mut Hosting::of(self, check.own_seed(self.seed)))
    }
}
