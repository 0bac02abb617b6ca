//! Does the checks one after the other on what is graded, and says how each has ended.

use std::time::{Duration, Instant};

use crate::check::Check;
use crate::client::Client;
use crate::finding::{Finding, How, Meaning, Problem, Verdict};
use crate::lesson::Lesson;
use crate::server::Server;
use crate::started::Started;

/// A program that passes no check for as long is not tried any more.
const HOPELESS: Duration = Duration::from_secs(20);

/// What is graded.
pub enum Subject {
    /// A server that somebody else has started.
    Running(Lesson, Server),
    /// A server that a command starts.
    Started(Box<Started>),
    /// A client that is started for each check.
    Client(Client),
}

/// How a check has ended.
pub enum Outcome {
    /// The program does what it must.
    Passed,
    /// It does not.
    Failed(Finding),
    /// It does not either, and the mistake is the one that this check has found.
    SeeAbove(Check),
    /// The program does not let it be tried, for this reason.
    NotTried(String),
    /// It cannot be tried here, for this reason, which is not the program's.
    LeftOut(String),
}

/// A check, and how it has ended.
pub struct Done {
    /// The check.
    pub check: Check,
    /// How it has ended.
    pub outcome: Outcome,
}

impl Done {
    /// The check that has found the mistake for which this one may fail, too.
    fn reason_for(&self, check: &Check) -> Option<Check> {
        let above = self.check.basis || check.after.contains(&self.check.id);
        match self.outcome {
            Outcome::Failed(_) if above => Some(self.check),
            Outcome::SeeAbove(first) if above => Some(first),
            _ => None,
        }
    }
}

impl Subject {
    fn check(&mut self, check: &Check, patience: Duration) -> Verdict {
        match self {
            Self::Client(client) => {
                client.clone().patience(patience).check(check)
            }
            Self::Started(started) => {
                started.server().patience = patience;
                started.check(check)
            }
            Self::Running(lesson, server) => {
                let start = format!(
                    "Start your server first, or let grade start it: cargo run -p grade \
                     -- {} python3 my_server.py PORT",
                    lesson.name()
                );
                server.patience = patience;
                server.check(check).when(How::Gone, &start)
            }
        }
    }

    /// Adds what a started server has said.
    fn explain(&mut self, finding: Finding) -> Finding {
        match self {
            Self::Started(started) => started.explain(finding),
            _ => finding,
        }
    }

    /// Ends a started server: the next check gets another one.
    fn end(&mut self) {
        if let Self::Started(started) = self {
            started.end();
        }
    }

    /// Tells when the grading has to end; returns how long a program may be silent.
    fn until(&mut self, end: Instant) -> Duration {
        let server = match self {
            Self::Client(client) => return client.patience,
            Self::Started(started) => started.server(),
            Self::Running(_, server) => server,
        };
        server.until = Some(end);
        server.patience
    }

    /// After a failure: why it makes no sense to go on, if it makes none.
    fn is_gone(
        &mut self,
        finding: &Finding,
        any_passed: bool,
    ) -> Option<String> {
        let (lesson, server) = match self {
            Self::Running(lesson, server) => (lesson, server),
            Self::Client(_) if finding.how == How::Gone && !any_passed => {
                return Some("the client asks nobody here".into());
            }
            _ => {
                let not_started = finding.how == How::NotStarted;
                return not_started.then(|| "for the same reason".into());
            }
        };
        match server.check(lesson.checks().first()?) {
            Err(Problem::Failed(f)) if f.how == How::Gone => {
                Some("nothing is listening any more".into())
            }
            Err(Problem::Failed(f))
                if matches!(f.how, How::Silence | How::Ended) =>
            {
                Some(format!(
                    "the server does not answer any more; let grade start it for each \
                     check: cargo run -p grade -- {} python3 my_server.py PORT",
                    lesson.name()
                ))
            }
            _ => None,
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
    let patience = subject.until(end);
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
        let share = if reason.is_some() { 3 } else { 1 };
        let outcome = match (&gone, reason) {
            (Some(why), _) => Outcome::NotTried(why.clone()),
            (None, reason) => {
                match (subject.check(check, patience.min(left) / share), reason)
                {
                    (Ok(()), _) => Outcome::Passed,
                    (Err(Problem::Skipped(why)), _) => Outcome::LeftOut(why),
                    (Err(Problem::Failed(_)), Some(first)) => {
                        subject.end();
                        Outcome::SeeAbove(first)
                    }
                    (Err(Problem::Failed(finding)), None) => {
                        Outcome::Failed(subject.explain(*finding))
                    }
                }
            }
        };
        if let Outcome::Failed(finding) = &outcome {
            let passed = |done: &Done| matches!(done.outcome, Outcome::Passed);
            gone = subject.is_gone(finding, all.iter().any(passed));
        }
        match &outcome {
            Outcome::Passed => silent = Duration::ZERO,
            _ => silent += started.elapsed(),
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

/// What a grading is worth.
#[derive(Clone, Copy, Debug, Default)]
pub struct Marks {
    /// How many checks have ended in each way, in the order of `Outcome`.
    pub many: [usize; 5],
    /// How many points they are worth.
    points: [u32; 5],
}

impl Marks {
    /// Adds it up.
    pub fn of(all: &[Done]) -> Self {
        let mut marks = Self::default();
        for Done { check, outcome } in all {
            let way = match outcome {
                Outcome::Passed => 0,
                Outcome::Failed(_) => 1,
                Outcome::SeeAbove(_) => 2,
                Outcome::NotTried(_) => 3,
                Outcome::LeftOut(_) => 4,
            };
            marks.many[way] += 1;
            marks.points[way] += check.weight;
        }
        marks
    }

    /// How many points there are.
    pub fn most(&self) -> u32 {
        self.points[..4].iter().sum()
    }

    /// How many of them: what a mistake costs is counted once, so those that say "see
    /// above" count as the others do. Rounded to a tenth.
    pub fn points(&self) -> f64 {
        let [earned, lost, _, not_tried, _] = self.points;
        let tried = f64::from((earned + lost + not_tried).max(1));
        let points = f64::from(earned) * f64::from(self.most()) / tried;
        (points * 10.0).round() / 10.0
    }

    /// Is nothing wrong with the program?
    pub fn all_passed(&self) -> bool {
        matches!(self.many, [passed, 0, 0, 0, _] if passed > 0)
    }
}

/// The first that failed.
pub fn first_mistake(all: &[Done]) -> Option<&Done> {
    all.iter().find(|done| matches!(done.outcome, Outcome::Failed(_)))
}
