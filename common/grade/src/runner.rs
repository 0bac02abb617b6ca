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
    (started, limit): (Instant, Duration),
    mut report: impl FnMut(usize, &Done) -> Result<(), E>,
) -> Result<Vec<Done>, E> {
    let (mut all, mut gone) = (Vec::<Done>::new(), None);
    let mut silent = Duration::ZERO;
    // Not later than the subject's own end: what that interrupts is not tried.
    let end = started + limit;
    let left = || end.saturating_duration_since(Instant::now());
    let over = format!("the time is over: --limit {}", limit.as_secs_f64());
    for check in checks {
        if left().is_zero() {
            gone.get_or_insert_with(|| over.clone());
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
            match subject.grade(check, patience.min(left())) {
                Ok(()) => {
                    silent = Duration::ZERO;
                    (Way::Passed, Vec::new())
                }
                Err(Problem::Skipped(why)) => (Way::LeftOut, wrapped(&why)),
                // Nobody knows what it would have done.
                Err(_) if left().is_zero() => (Way::NotTried, wrapped(&over)),
                Err(Problem::Failed(finding)) => {
                    // Not the time that it took: it may be slow to start.
                    if finding.how == How::Silence {
                        silent += patience;
                    }
                    let why = if finding.how == How::NotStarted {
                        Some("for the same reason")
                    } else if silent >= HOPELESS {
                        Some("the program was silent, check after check")
                    } else {
                        check.basis.then_some(
                            "none can pass while the last one above fails",
                        )
                    };
                    gone = subject.is_gone().or(why.map(String::from));
                    let mut lines = finding.lines();
                    if finding.how != How::NotStarted {
                        let read = format!("Read {}.", check.explained_by);
                        lines.extend(wrapped(&read));
                    }
                    (Way::Failed, lines)
                }
            }
        };
        let done = Done { check: *check, way, why };
        report(all.len() + 1, &done)?;
        all.push(done);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Finding;
    use crate::lesson::Lesson;

    struct Silent;

    impl Subject for Silent {
        fn grade(&mut self, check: &Check, _: Duration) -> Verdict {
            match check.id {
                "udp-echo.client-line" => Ok(()),
                _ => Err(Finding::new(How::Silence, "Nothing came.").into()),
            }
        }
    }

    #[test]
    fn a_client_that_is_silent_twice_is_given_up() {
        let checks = Lesson::UdpEcho.client_checks();
        let [patience, limit] = [15, 300].map(Duration::from_secs);
        let limit = (Instant::now(), limit);
        let report = |_, _: &Done| Ok::<_, ()>(());
        let all = run(&mut Silent, checks, patience, limit, report).unwrap();
        let ways = |way| all.iter().filter(|done| done.way == way).count();
        assert_eq!([Way::Passed, Way::Failed].map(ways), [1, 2]);
    }
}
