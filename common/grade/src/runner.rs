//! Does the checks one after the other on what is graded, and says how each has ended.

use std::time::{Duration, Instant};

use crate::check::Check;
use crate::client::Client;
use crate::finding::{Finding, How, Problem, Verdict};
use crate::hosted::Hosted;
use crate::outcome::{Done, Outcome};

/// A program that passes no check, and was silent for so long, is not tried any more.
const HOPELESS: Duration = Duration::from_secs(20);

/// Even a slow machine has time for an answer in this.
const ENOUGH: Duration = Duration::from_secs(1);

/// What is graded.
pub enum Subject {
    /// A server.
    Server(Box<Hosted>),
    /// A client, which is started for each check.
    Client(Client),
}

impl Subject {
    fn check(&mut self, check: &Check, patience: Duration) -> Verdict {
        match self {
            Self::Client(client) => {
                client.clone().patience(patience).check(check)
            }
            Self::Server(server) => server.check(check, patience),
        }
    }

    /// How this check ends; `reason` is what has found the mistake for which it may fail.
    fn grade(
        &mut self,
        check: &Check,
        patience: Duration,
        reason: Option<Check>,
    ) -> Outcome {
        let finding = match self.check(check, patience) {
            Ok(()) => return Outcome::Passed,
            Err(Problem::Skipped(why)) => return Outcome::LeftOut(why),
            Err(Problem::Failed(finding)) => *finding,
        };
        match (reason, self) {
            (Some(first), _) => Outcome::SeeAbove(first),
            (None, Self::Client(_)) => Outcome::Failed(finding),
            (None, Self::Server(server)) => {
                Outcome::Failed(server.explain(finding))
            }
        }
    }

    /// After a failure: why it makes no sense to go on, if it makes none.
    fn is_gone(
        &mut self,
        finding: &Finding,
        any_passed: bool,
    ) -> Option<String> {
        match self {
            Self::Server(server) => server.is_gone(finding),
            Self::Client(_) if finding.how == How::Gone && !any_passed => {
                Some("the client asks nobody here".into())
            }
            Self::Client(_) => (finding.how == How::NotStarted)
                .then(|| "for the same reason".into()),
        }
    }
}

/// Does these checks until the limit, and hands each on as it ends.
pub fn run<E>(
    subject: &mut Subject,
    checks: &[Check],
    limit: Duration,
    mut report: impl FnMut(&Done) -> Result<(), E>,
) -> Result<Vec<Done>, E> {
    let (mut all, mut silent) = (Vec::<Done>::new(), Duration::ZERO);
    let mut gone: Option<String> = None;
    let end = Instant::now() + limit;
    let patience = match subject {
        Subject::Client(client) => client.patience,
        Subject::Server(server) => server.until(end),
    };
    for check in checks {
        let reason = all.iter().find_map(|done| done.reason_for(check));
        let started = Instant::now();
        let left = end.saturating_duration_since(started);
        if left.is_zero() && gone.is_none() {
            gone = Some(format!(
                "the {} seconds of --limit are over",
                limit.as_secs()
            ));
        }
        // What is known to be wrong need not be waited for so long.
        let enough = match reason {
            Some(_) => ENOUGH.max(patience / 3),
            None => patience,
        };
        let patience = patience.min(enough).min(left);
        let outcome = match &gone {
            Some(why) => Outcome::NotTried(why.clone()),
            None => subject.grade(check, patience, reason),
        };
        if let Outcome::Failed(finding) = &outcome {
            let passed = |done: &Done| matches!(done.outcome, Outcome::Passed);
            gone = subject.is_gone(finding, all.iter().any(passed));
        }
        match &outcome {
            Outcome::Passed => silent = Duration::ZERO,
            // Not the time that it took: on a slow machine everything takes long.
            _ if started.elapsed() >= patience => silent += patience,
            _ => {}
        }
        if silent >= HOPELESS && gone.is_none() {
            gone = Some("the program has failed check after check".into());
        }
        let done = Done { check: *check, outcome };
        report(&done)?;
        all.push(done);
    }
    Ok(all)
}
