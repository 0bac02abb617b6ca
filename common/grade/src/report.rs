//! The report: a line for each check, and below a failed one what it has found; or the
//! same for other programs, as TAP or JSON.

use std::time::Duration;

use anstyle::AnsiColor;
use common::output::{StdoutError, print};
use serde_json::{Value, json};

use crate::outcome::{Done, Marks, Outcome, first_mistake};
use crate::words::{count, wrapped};

/// What a check says below its line.
fn details(done: &Done) -> Vec<String> {
    match &done.outcome {
        Outcome::Passed => Vec::new(),
        Outcome::Failed(finding) => {
            let mut lines = finding.lines();
            if finding.how != crate::finding::How::NotStarted {
                lines.extend(wrapped(&format!(
                    "Read {}.",
                    done.check.explained_by
                )));
            }
            lines
        }
        Outcome::SeeAbove(first) => {
            wrapped(&format!("See above: {}.", first.name))
        }
        Outcome::NotTried(why) | Outcome::LeftOut(why) => wrapped(why),
    }
}

/// A report that is printed check by check: for a person, or as TAP for a program.
pub struct Report {
    tap: bool,
    number: usize,
}

impl Report {
    /// Its beginning: what is graded, and by how many checks.
    pub fn begin(
        tap: bool,
        title: &str,
        checks: usize,
    ) -> Result<Self, StdoutError> {
        print(if tap {
            format!("TAP version 13\n1..{checks}\n# {title}")
        } else {
            format!("{title}\n")
        })?;
        Ok(Self { tap, number: 0 })
    }

    /// This check.
    pub fn one(&mut self, done: &Done) -> Result<(), StdoutError> {
        self.number += 1;
        if self.tap { tap(self.number, done) } else { plain(done) }
    }

    /// Its end.
    pub fn end(&self, all: &[Done]) -> Result<(), StdoutError> {
        if self.tap {
            print(format_args!("# {}", counts(&Marks::of(all))))
        } else {
            plain_end(all)
        }
    }
}

fn plain(done: &Done) -> Result<(), StdoutError> {
    let (color, word) = match done.outcome {
        Outcome::Passed => (AnsiColor::Green, "ok"),
        Outcome::Failed(_) => (AnsiColor::Red, "FAIL"),
        Outcome::SeeAbove(_) => (AnsiColor::Yellow, "(fails)"),
        Outcome::LeftOut(_) => (AnsiColor::Yellow, "skipped"),
        Outcome::NotTried(_) => return Ok(()), // their number is enough
    };
    let style = color.on_default().bold();
    marked(&format!("{style}{word:<7}{style:#}"), done.check.name)?;
    details(done)
        .iter()
        .try_for_each(|line| print(format_args!("         {line}")))
}

/// A text behind seven columns, which are empty below the mark.
fn marked(mut mark: &str, text: &str) -> Result<(), StdoutError> {
    for line in wrapped(text) {
        print(format_args!("{mark}  {line}"))?;
        mark = "       ";
    }
    Ok(())
}

fn plain_end(all: &[Done]) -> Result<(), StdoutError> {
    let not_tried = all.iter().find_map(|done| match &done.outcome {
        Outcome::NotTried(why) => Some(why),
        _ => None,
    });
    let marks = Marks::of(all);
    if let Some(why) = not_tried {
        let checks = count(marks.many[3], "check");
        marked("-      ", &format!("{checks} not tried: {why}"))?;
    }
    print("")?;
    for line in wrapped(&counts(&marks)) {
        print(line)?;
    }
    let Some(first) = first_mistake(all) else { return Ok(()) };
    let first = format!("Look at this one first: {}.", first.check.name);
    wrapped(&first).iter().try_for_each(print)
}

/// "11 of 15 checks passed, 2 failed: 20 of 25 points."
fn counts(marks: &Marks) -> String {
    let [passed, others @ ..] = marks.many;
    let tried = count(marks.many[..4].iter().sum(), "check");
    let mut line = format!("{passed} of {tried} passed");
    let ways = ["failed", "failed for a reason above", "not tried", "skipped"];
    for (many, way) in others.iter().zip(ways).filter(|(many, _)| **many > 0) {
        line += &format!(", {many} {way}");
    }
    line + &format!(": {} of {} points.", marks.points(), marks.most())
}

/// The Test Anything Protocol.
fn tap(number: usize, done: &Done) -> Result<(), StdoutError> {
    let (id, name) = (done.check.id, done.check.name);
    let line = format!("ok {number} - {id}: {name}");
    match &done.outcome {
        Outcome::Passed => print(line),
        // Not "not ok": no points are lost here.
        Outcome::SeeAbove(first) => {
            print(format_args!("{line} # SKIP see above: {}", first.id))
        }
        Outcome::LeftOut(why) => {
            print(format_args!("{line} # SKIP {}", why.replace('#', "")))
        }
        Outcome::Failed(_) | Outcome::NotTried(_) => {
            print(format_args!("not {line}"))?;
            let mut details = details(done).into_iter();
            details.try_for_each(|line| print(format_args!("# {line}")))
        }
    }
}

/// What Gradescope reads: results.json.
pub fn json(title: &str, all: &[Done], time: Duration) -> Value {
    let test = |done: &Done| {
        let Done { check, outcome } = done;
        let mut test = json!({
            "number": check.id,
            "name": check.name,
            "output": details(done).join("\n"),
        });
        let score = match outcome {
            Outcome::Passed => Some(check.weight),
            Outcome::Failed(_) | Outcome::NotTried(_) => Some(0),
            Outcome::SeeAbove(_) | Outcome::LeftOut(_) => None,
        };
        if let Some(score) = score {
            let status = if score > 0 { "passed" } else { "failed" };
            test["score"] = score.into();
            test["max_score"] = check.weight.into();
            test["status"] = status.into();
        }
        test
    };
    let marks = Marks::of(all);
    let first = first_mistake(all).map(|done| done.check.id);
    json!({
        "score": marks.points(),
        "execution_time": time.as_secs(),
        "output": format!("{title}\n{}", counts(&marks)),
        "tests": all.iter().map(test).collect::<Vec<_>>(),
        "extra_data": {
            "max_score": marks.most(), "first_mistake": first,
            "all_passed": marks.all_passed(),
        },
    })
}
