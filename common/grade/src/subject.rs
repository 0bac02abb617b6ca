//! What is graded: a server at an address, a server that a command starts, or a client
//! that a command starts.

use crate::check::Check;
use crate::clients::{Client, Finished};
use crate::command::{Places, Template};
use crate::finding::{Finding, How, Meaning, Problem, Verdict};
use crate::lesson::Lesson;
use crate::program::Program;
use crate::started::{Started, cannot_start};
use crate::visit::Server;

/// What is graded.
pub enum Subject {
    /// A server that somebody else has started.
    Running(Lesson, Server),
    /// A server that is started for each check.
    Started(Box<Started>),
    /// A client that is started for each check.
    Client(Client),
}

impl Subject {
    /// Does one check.
    ///
    /// # Errors
    ///
    /// What the check has found, or why it could not be done.
    pub fn check(&mut self, check: &Check) -> Verdict {
        match self {
            Self::Running(lesson, server) => {
                let start = format!(
                    "Start your server first, or let grade start it: cargo run -p \
                     grade -- {} python3 my_server.py PORT",
                    lesson.name()
                );
                server.check(check).when(How::Gone, &start)
            }
            Self::Started(started) => started.check(check),
            Self::Client(client) => client.check(check),
        }
    }

    /// After a failure: why it makes no sense to go on, if it makes none.
    pub fn is_gone(&mut self, finding: &Finding) -> Option<String> {
        match self {
            Self::Running(lesson, server) => {
                let first = lesson.checks().first()?;
                match server.check(first) {
                    Err(Problem::Failed(f))
                        if matches!(f.how, How::Silence | How::Ended) =>
                    {
                        Some(format!(
                            "the server does not answer any more; start it again, \
                             or let grade start it for each check: cargo run -p \
                             grade -- {} python3 my_server.py PORT",
                            lesson.name()
                        ))
                    }
                    Err(Problem::Failed(f)) if f.how == How::Gone => {
                        Some("nothing is listening any more".into())
                    }
                    _ => None,
                }
            }
            Self::Started(_) | Self::Client(_) => {
                let not_started = finding.how == How::NotStarted;
                not_started.then(|| "the program does not start".into())
            }
        }
    }
}

/// A client that a command starts, once for each check.
pub fn client(template: Template) -> Client {
    Client::new(move |task, deadline| {
        let places = Places {
            addr: task.addr,
            name: task.name.clone(),
            dir: task.dir.clone(),
        };
        let command = template.command(&places);
        match Program::start(command, Some(task.input.clone())) {
            Ok(mut program) => {
                let status = program.wait(deadline);
                let (output, errors) = program.end();
                let success = status.map(|status| status.success());
                Finished { output, errors, success, ..Finished::default() }
            }
            Err(e) => Finished {
                not_started: Some(cannot_start(&template, &e).seen),
                ..Finished::default()
            },
        }
    })
}
