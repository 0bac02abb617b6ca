//! A server that somebody else has started.

use std::time::Duration;

use crate::check::Check;
use crate::finding::{How, Meaning, Problem, Verdict};
use crate::lesson::Lesson;
use crate::runner::Subject;
use crate::server::Server;

/// A server that cannot be started again.
pub struct Found {
    pub server: Server,
    pub lesson: Lesson,
}

impl Found {
    /// What would start it.
    fn command(&self) -> String {
        let name = self.lesson.name();
        format!("cargo run -p grade -- {name} python3 my_server.py PORT")
    }
}

impl Subject for Found {
    fn grade(&mut self, check: &Check, patience: Duration) -> Verdict {
        self.server.patience = patience;
        let start = format!(
            "Start your server first, or let grade start it: {}",
            self.command()
        );
        self.server.check(check).when(How::Gone, &start)
    }

    /// The first check of its lesson tells whether it is there still.
    fn is_gone(&mut self) -> Option<String> {
        let verdict = self.server.check(&self.lesson.checks()[0]);
        let Err(Problem::Failed(finding)) = verdict else { return None };
        match finding.how {
            How::Gone => Some("nothing is listening there".into()),
            How::Silence | How::Ended => Some(format!(
                "the server does not answer; let grade start it for each check: {}",
                self.command()
            )),
            _ => None,
        }
    }
}
