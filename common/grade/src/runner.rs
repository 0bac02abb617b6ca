//! Does the checks one after the other on what is graded, and says how each has ended.

use std::time::{Duration, Instant};

use crate::check::Check;
use crate::client::Client;
use crate::finding::{How, Problem, Verdict};
use crate::words::wrapped;

/// A program that was silent for so long, check after check, is not tried any more.
const HOPELESS: Duration = Duration::from_secs(20);

/// What is graded.
pub trait Subject {
    /// Does one check.
    fn grade(&mut self, check: &Check, patience: Duration) -> Verdict;

    /// After a failure: why it makes no sense to go on, if it makes none.
    fn is_gone(&mut self) -> Option<String> {
        None
    }
}

/// A client is started for each check.
impl Subject for Client {
    fn grade(&mut self, check: &Check, patience: Duration) -> Verdict {
        self.clone().patience(patience).check(check)
    }
}

/// How a check has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Passed,
    Failed,
    /// Not tried, because it rests on a check that has failed: so a mistake costs once,
    /// and the same each time.
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
}

/// Does these checks until the limit, and hands each on as it ends.
pub fn run<E>(
    subject: &mut dyn Subject,
    checks: &[Check],
    patience: Duration,
    limit: Duration,
    mut report: impl FnMut(usize, &Done) -> Result<(), E>,
) -> Result<Vec<Done>, E> {
    let (mut all, mut gone) = (Vec::<Done>::new(), None);
    let mut silent = Duration::ZERO;
    let end = Instant::now() + limit;
    for check in checks {
        let started = Instant::now();
        let left = end.saturating_duration_since(started);
        if left.is_zero() {
            let limit = limit.as_secs();
            let why = || format!("the {limit} seconds of --limit are over");
            gone.get_or_insert_with(why);
        }
        let mistake = |done: &Done| match done.way {
            _ if !check.after.contains(&done.check.id) => None,
            Way::SeeAbove => Some(done.why.clone()),
            Way::Failed => {
                Some(wrapped(&format!("see above, \"{}\"", done.check.name)))
            }
            _ => None,
        };
        let (way, why) = if let Some(why) = all.iter().find_map(mistake) {
            (Way::SeeAbove, why)
        } else if let Some(why) = &gone {
            (Way::NotTried, wrapped(why))
        } else {
            match subject.grade(check, patience.min(left)) {
                Ok(()) => (Way::Passed, Vec::new()),
                Err(Problem::Skipped(why)) => (Way::LeftOut, wrapped(&why)),
                Err(Problem::Failed(finding)) => {
                    gone = match finding.how {
                        How::NotStarted => Some("for the same reason".into()),
                        _ => subject.is_gone(),
                    };
                    if check.basis {
                        let why =
                            || "none can pass before the last one above".into();
                        gone.get_or_insert_with(why);
                    }
                    let mut lines = finding.lines();
                    if finding.how != How::NotStarted {
                        let read = format!("Read {}.", check.explained_by);
                        lines.extend(wrapped(&read));
                    }
                    (Way::Failed, lines)
                }
            }
        };
        match way {
            Way::Passed => silent = Duration::ZERO,
            // Not the time that it took: on a slow machine everything takes long.
            _ if started.elapsed() >= patience => silent += patience,
            _ => {}
        }
        if silent >= HOPELESS {
            let why = || "the program was silent, check after check".into();
            gone.get_or_insert_with(why);
        }
        let done = Done { check: *check, way, why };
        report(all.len() + 1, &done)?;
        all.push(done);
    }
    Ok(all)
}
