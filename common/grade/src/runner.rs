//! Does the checks one after the other on what is graded, and says how each has ended.

use std::time::{Duration, Instant};

use crate::check::Check;
use crate::client::Client;
use crate::finding::{How, Problem, Verdict};
use crate::words::wrapped;

/// A program that passes no check, and was silent for so long, is not tried any more.
const HOPELESS: Duration = Duration::from_secs(20);

/// Even a slow machine has time for an answer in this.
const ENOUGH: Duration = Duration::from_secs(1);

/// What is graded.
pub trait Subject {
    /// Does one check.
    fn grade(&mut self, check: &Check, patience: Duration) -> Verdict;

    /// After a failure: why it makes no sense to go on, if it makes none.
    fn is_gone(&mut self, how: How, none_passed: bool) -> Option<String>;
}

/// A client is started for each check.
impl Subject for Client {
    fn grade(&mut self, check: &Check, patience: Duration) -> Verdict {
        self.clone().patience(patience).check(check)
    }

    fn is_gone(&mut self, how: How, none_passed: bool) -> Option<String> {
        let gone = how == How::Gone && none_passed;
        gone.then(|| "the client asks nobody here".into())
    }
}

/// How a check has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Passed,
    Failed,
    /// It fails, too, for a mistake that another check has found.
    SeeAbove,
    /// The program does not let it be tried.
    NotTried,
    /// It cannot be tried here, for a reason that is not the program's.
    LeftOut,
}

/// A check, and how it has ended.
pub struct Done {
    pub check: Check,
    pub way: Way,
    /// The lines below it in a report.
    pub why: Vec<String>,
    /// The check that has found its mistake, where it fails.
    pub found_by: Option<Check>,
}

impl Done {
    /// The check that has found the mistake for which this one may fail, too.
    pub fn reason_for(&self, check: &Check) -> Option<Check> {
        let above = self.check.basis || check.after.contains(&self.check.id);
        self.found_by.filter(|_| above)
    }
}

/// Does these checks until the limit, and hands each on as it ends.
pub fn run<E>(
    subject: &mut dyn Subject,
    checks: &[Check],
    patience: Duration,
    limit: Duration,
    mut report: impl FnMut(usize, &Done) -> Result<(), E>,
) -> Result<Vec<Done>, E> {
    let (mut all, mut silent) = (Vec::<Done>::new(), Duration::ZERO);
    let mut gone: Option<String> = None;
    let end = Instant::now() + limit;
    for check in checks {
        let first = all.iter().find_map(|done| done.reason_for(check));
        let started = Instant::now();
        let left = end.saturating_duration_since(started);
        if left.is_zero() {
            let limit = limit.as_secs();
            let why = || format!("the {limit} seconds of --limit are over");
            gone.get_or_insert_with(why);
        }
        // What is known to be wrong need not be waited for so long.
        let enough = match first {
            Some(_) => ENOUGH.max(patience / 3),
            None => patience,
        };
        let patience = patience.min(enough).min(left);
        let verdict = gone.is_none().then(|| subject.grade(check, patience));
        let (way, why) = match (verdict, first) {
            (None, _) => {
                (Way::NotTried, wrapped(gone.as_deref().unwrap_or("")))
            }
            (Some(Ok(())), _) => (Way::Passed, Vec::new()),
            (Some(Err(Problem::Skipped(why))), _) => {
                (Way::LeftOut, wrapped(&why))
            }
            (Some(Err(Problem::Failed(_))), Some(first)) => {
                let above = format!("See above: {}.", first.name);
                (Way::SeeAbove, wrapped(&above))
            }
            (Some(Err(Problem::Failed(finding))), None) => {
                let none_passed = all.iter().all(|d| d.way != Way::Passed);
                gone = match finding.how {
                    How::NotStarted => Some("for the same reason".into()),
                    how => subject.is_gone(how, none_passed),
                };
                let mut lines = finding.lines();
                if finding.how != How::NotStarted {
                    let read = format!("Read {}.", check.explained_by);
                    lines.extend(wrapped(&read));
                }
                (Way::Failed, lines)
            }
        };
        match way {
            Way::Passed => silent = Duration::ZERO,
            // Not the time that it took: on a slow machine everything takes long.
            _ if started.elapsed() >= patience => silent += patience,
            _ => {}
        }
        if silent >= HOPELESS {
            let why = || "the program has failed check after check".into();
            gone.get_or_insert_with(why);
        }
        let fails = matches!(way, Way::Failed | Way::SeeAbove);
        let found_by = first.or(Some(*check)).filter(|_| fails);
        let done = Done { check: *check, way, why, found_by };
        report(all.len() + 1, &done)?;
        all.push(done);
    }
    Ok(all)
}
