//! Does the checks one after the other, and reports each as it ends.

use std::io;
use std::mem;

use crate::check::Check;
use crate::finding::{Problem, Verdict};
use crate::subject::Subject;

/// Is told how each check ends.
pub trait Report {
    /// Before the first check: how many there are.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    fn begin(&mut self, checks: usize) -> io::Result<()>;

    /// After each check.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    fn ended(&mut self, check: &Check, verdict: &Verdict) -> io::Result<()>;

    /// After the last check.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    fn end(&mut self, tally: &Tally) -> io::Result<()>;
}

/// How the checks ended.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// How many passed.
    pub passed: usize,
    /// How many failed.
    pub failed: usize,
    /// How many could not be done.
    pub skipped: usize,
    /// The first that failed.
    pub first: Option<&'static str>,
}

/// Does these checks.
///
/// # Errors
///
/// When the report cannot be written; what a program does is never an error here.
pub fn run(
    subject: &mut Subject,
    checks: &[Check],
    report: &mut impl Report,
) -> io::Result<Tally> {
    let mut tally = Tally::default();
    let mut gone: Option<String> = None;
    report.begin(checks.len())?;
    for check in checks {
        // The first that is skipped says why.
        let verdict = match &mut gone {
            Some(reason) => Err(Problem::Skipped(mem::take(reason))),
            None => subject.check(check),
        };
        match &verdict {
            Ok(()) => tally.passed += 1,
            Err(Problem::Skipped(_)) => tally.skipped += 1,
            Err(Problem::Failed(_)) => tally.failed += 1,
        }
        report.ended(check, &verdict)?;
        if let Err(Problem::Failed(finding)) = &verdict {
            tally.first.get_or_insert(check.name);
            gone = subject.is_gone(finding);
        }
    }
    report.end(&tally)?;
    Ok(tally)
}
