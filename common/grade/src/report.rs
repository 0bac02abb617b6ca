//! The report: a line for each check, and below a failed one what it has found.
//!
//! Nothing here panics when the output cannot be written: the error is returned.

use std::fmt::Display;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::check::Check;
use crate::finding::{Problem, Verdict};
use crate::runner::{Report, Tally};
use crate::words::{count, wrapped};

/// Writes a line to stdout, and at once.
///
/// # Errors
///
/// When stdout is closed, or cannot be written.
pub fn print_line(line: impl Display) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    out.write_all(format!("{line}\n").as_bytes())?;
    out.flush()
}

/// Writes an error to stderr. If that fails, there is nobody left to be told.
pub fn complain(error: impl Display) {
    let red = AnsiColor::Red.on_default().bold();
    let line = format!("{red}error:{red:#} {error:#}\n");
    let _ = anstream::stderr().lock().write_all(line.as_bytes());
}

/// The report for a person.
pub struct Plain;

impl Report for Plain {
    fn begin(&mut self, _checks: usize) -> io::Result<()> {
        Ok(())
    }

    fn ended(&mut self, check: &Check, verdict: &Verdict) -> io::Result<()> {
        let name = check.name;
        match verdict {
            Ok(()) => print_line(verdict_line(AnsiColor::Green, "ok", name)),
            Err(Problem::Skipped(reason)) => {
                print_line(verdict_line(AnsiColor::Yellow, "skipped", name))?;
                for line in wrapped(reason) {
                    print_line(format_args!("         {line}"))?;
                }
                Ok(())
            }
            Err(Problem::Failed(finding)) => {
                print_line(verdict_line(AnsiColor::Red, "FAIL", name))?;
                for line in finding.lines() {
                    print_line(format_args!("         {line}"))?;
                }
                print_line(format_args!(
                    "         Read {}.",
                    check.explained_by
                ))
            }
        }
    }

    fn end(&mut self, tally: &Tally) -> io::Result<()> {
        let Tally { passed, failed, skipped, first } = *tally;
        let all = count(passed + failed + skipped, "check");
        let mut line = format!("\n{passed} of {all} passed");
        if failed > 0 {
            line += &format!(", {failed} failed");
        }
        if skipped > 0 {
            line += &format!(", {skipped} skipped");
        }
        print_line(line + ".")?;
        match first {
            Some(name) => {
                print_line(format_args!("Look at this one first: {name}."))
            }
            None => Ok(()),
        }
    }
}

fn verdict_line(color: AnsiColor, word: &str, name: &str) -> String {
    let style: Style = color.on_default().bold();
    format!("{style}{word:<7}{style:#}  {name}")
}

/// The report for a program: the Test Anything Protocol.
pub struct Tap {
    title: String,
    number: usize,
}

impl Tap {
    /// `title` says what is graded.
    pub fn new(title: String) -> Self {
        Self { title, number: 0 }
    }
}

impl Report for Tap {
    fn begin(&mut self, checks: usize) -> io::Result<()> {
        print_line("TAP version 13")?;
        print_line(format_args!("1..{checks}"))?;
        print_line(format_args!("# {}", self.title))
    }

    fn ended(&mut self, check: &Check, verdict: &Verdict) -> io::Result<()> {
        self.number += 1;
        let (number, name) = (self.number, check.name);
        match verdict {
            Ok(()) => print_line(format_args!("ok {number} - {name}")),
            // Not "not ok": a check that was not made has found nothing.
            Err(Problem::Skipped(reason)) => print_line(format_args!(
                "ok {number} - {name} # SKIP {}",
                reason.replace('#', "")
            )),
            Err(Problem::Failed(finding)) => {
                print_line(format_args!("not ok {number} - {name}"))?;
                for line in finding.lines() {
                    print_line(format_args!("# {line}"))?;
                }
                print_line(format_args!("# Read {}.", check.explained_by))
            }
        }
    }

    fn end(&mut self, tally: &Tally) -> io::Result<()> {
        let Tally { passed, failed, skipped, .. } = *tally;
        let counts =
            format!("{passed} passed, {failed} failed, {skipped} skipped");
        print_line(format_args!("# {counts}"))
    }
}
