//! A server that somebody else has started.

use std::time::Duration;

use crate::check::Check;
use crate::finding::{How, Meaning, Problem, Verdict};
use crate::runner::Subject;
use crate::server::Server;

/// A server that cannot be started again.
pub struct Found {
    pub server: Server,
    /// The first check of its lesson tells whether it is there still.
    pub first: Check,
    /// What would start it.
    pub command: String,
}

impl Subject for Found {
    fn grade(&mut self, check: &Check, patience: Duration) -> Verdict {
        self.server.patience = patience;
        let command = &self.command;
        let start = format!(
            "Start your server first, or let grade start it: {command}"
        );
        self.server.check(check).when(How::Gone, &start)
    }

    fn is_gone(&mut self) -> Option<String> {
        let Err(Problem::Failed(finding)) = self.server.check(&self.first)
        else {
            return None;
        };
        match finding.how {
            How::Gone => Some("nothing is listening there".into()),
            How::Silence | How::Ended => Some(format!(
                "the server does not answer; let grade start it for each check: {}",
                self.command
            )),
            _ => None,
        }
    }
}
