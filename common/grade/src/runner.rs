//! Does the checks one after the other on what is graded, and says how each has ended.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::check::Check;
use crate::client::{Client, Finished};
use crate::command::{Places, Template};
use crate::finding::{Finding, How, Meaning, Problem, Verdict};
use crate::lesson::Lesson;
use crate::program::Program;
use crate::server::Server;
use crate::started::{Started, cannot_start};

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

/// A client that a command starts, once for each check.
pub fn client(template: Template) -> Client {
    Client::new(move |task, stop| {
        let places = Places {
            addr: task.addr,
            name: task.name.clone(),
            dir: task.dir.clone(),
        };
        match Program::start(&template, &places, Some(task.input.clone())) {
            Ok(mut program) => {
                while program.ended().is_none() && !stop.load(Ordering::Relaxed)
                {
                    std::thread::sleep(Duration::from_millis(2));
                }
                let success = program.ended().map(|status| status.success());
                let (output, mut errors) = program.end();
                if let Some(why) = program.excess() {
                    errors.extend(format!("\n{why}\n").bytes());
                }
                Finished { output, errors, success, ..Finished::default() }
            }
            Err(e) => Finished {
                not_started: Some(cannot_start(&template, &e).seen),
                ..Finished::default()
            },
        }
    })
}

/// What a grading is worth.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Marks {
    /// How many passed.
    pub passed: usize,
    /// How many failed.
    pub failed: usize,
    /// How many failed for a reason that another one has found.
    pub above: usize,
    /// How many the program did not let be tried.
    pub not_tried: usize,
    /// How many could not be tried here.
    pub left_out: usize,
    /// Points for what passed.
    earned: u32,
    /// Points that failed checks have cost.
    lost: u32,
    /// Points of those that say "see above", which are won or lost as the others are.
    open: u32,
}

impl Marks {
    /// Adds it up.
    pub fn of(all: &[Done]) -> Self {
        let (mut marks, mut none) = (Self::default(), 0);
        for Done { check, outcome } in all {
            let (count, points) = match outcome {
                Outcome::Passed => (&mut marks.passed, &mut marks.earned),
                Outcome::Failed(_) => (&mut marks.failed, &mut marks.lost),
                Outcome::NotTried(_) => (&mut marks.not_tried, &mut marks.lost),
                Outcome::SeeAbove(_) => (&mut marks.above, &mut marks.open),
                Outcome::LeftOut(_) => (&mut marks.left_out, &mut none),
            };
            *count += 1;
            *points += check.weight;
        }
        marks
    }

    /// How many points there are.
    pub fn most(&self) -> u32 {
        self.earned + self.lost + self.open
    }

    /// How many of them: what a mistake costs is counted once, so those that say "see
    /// above" count as the others do. Rounded to a tenth.
    pub fn points(&self) -> f64 {
        let tried = f64::from((self.earned + self.lost).max(1));
        let points = f64::from(self.earned) * f64::from(self.most()) / tried;
        (points * 10.0).round() / 10.0
    }

    /// Is nothing wrong with the program?
    pub fn all_passed(&self) -> bool {
        self.failed + self.not_tried + self.above == 0 && self.passed > 0
    }
}

/// The sentence of the first that failed.
pub fn first_mistake(all: &[Done]) -> Option<&Done> {
    all.iter().find(|done| matches!(done.outcome, Outcome::Failed(_)))
}
