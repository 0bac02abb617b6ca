//! The report: a line for each check, and below a failed one what it has found; or the
//! same for other programs, as TAP or JSON.

use std::time::Duration;

use anstyle::AnsiColor;
use serde_json::{Value, json};

use crate::finding::How;
use crate::outcome::{Done, Marks, Outcome};
use crate::words::{count, wrapped};

/// How it begins: what is graded, and by how many checks.
pub fn beginning(tap: bool, title: &str, checks: usize) -> String {
    if tap {
        return format!("TAP version 13\n1..{checks}\n# {title}");
    }
    format!("{title}\n")
}

/// This check; nothing where its number is enough.
pub fn check(tap: bool, number: usize, done: &Done) -> Option<String> {
    if tap {
        return Some(in_tap(number, done));
    }
    let (color, word) = match done.outcome {
        Outcome::Passed => (AnsiColor::Green, "ok"),
        Outcome::Failed(_) => (AnsiColor::Red, "FAIL"),
        Outcome::SeeAbove(_) => (AnsiColor::Yellow, "(fails)"),
        Outcome::LeftOut(_) => (AnsiColor::Yellow, "skipped"),
        Outcome::NotTried(_) => return None,
    };
    let style = color.on_default().bold();
    let mark = format!("{style}{word:<7}{style:#}");
    Some(marked(&mark, [wrapped(done.check.name), details(done)].concat()))
}

/// The Test Anything Protocol.
fn in_tap(number: usize, done: &Done) -> String {
    let (id, name) = (done.check.id, done.check.name);
    let line = format!("ok {number} - {id}: {name}");
    match &done.outcome {
        Outcome::Passed => line,
        // Not "not ok": no points are lost here.
        Outcome::SeeAbove(first) => {
            format!("{line} # SKIP see above: {}", first.id)
        }
        Outcome::LeftOut(why) => {
            format!("{line} # SKIP {}", why.replace('#', ""))
        }
        Outcome::Failed(_) | Outcome::NotTried(_) => {
            format!("not {line}\n# {}", details(done).join("\n# "))
        }
    }
}

/// What a check says below its line.
fn details(done: &Done) -> Vec<String> {
    match &done.outcome {
        Outcome::Passed => Vec::new(),
        Outcome::Failed(finding) if finding.how == How::NotStarted => {
            finding.lines()
        }
        Outcome::Failed(finding) => {
            let read = format!("Read {}.", done.check.explained_by);
            [finding.lines(), wrapped(&read)].concat()
        }
        Outcome::SeeAbove(first) => {
            wrapped(&format!("See above: {}.", first.name))
        }
        Outcome::NotTried(why) | Outcome::LeftOut(why) => wrapped(why),
    }
}

/// Lines behind nine columns, which are empty below the mark.
fn marked(mark: &str, lines: Vec<String>) -> String {
    format!("{mark}  {}", lines.join("\n         "))
}

/// How it ends.
pub fn end(tap: bool, all: &[Done]) -> String {
    let marks = Marks::of(all);
    if tap {
        return format!("# {}", counts(&marks));
    }
    let mut lines = Vec::new();
    let not_tried = all.iter().find_map(|done| match &done.outcome {
        Outcome::NotTried(why) => Some(why),
        _ => None,
    });
    if let Some(why) = not_tried {
        let checks = count(marks.many[3], "check");
        let text = wrapped(&format!("{checks} not tried: {why}"));
        lines.push(marked("-      ", text));
    }
    lines.push(String::new());
    lines.extend(wrapped(&counts(&marks)));
    if let Some(first) = first_mistake(all) {
        let first = format!("Look at this one first: {}.", first.check.name);
        lines.extend(wrapped(&first));
    }
    lines.join("\n")
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

fn first_mistake(all: &[Done]) -> Option<&Done> {
    all.iter().find(|done| matches!(done.outcome, Outcome::Failed(_)))
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
            Outcome::Passed => check.weight,
            Outcome::Failed(_) | Outcome::NotTried(_) => 0,
            Outcome::SeeAbove(_) | Outcome::LeftOut(_) => return test,
        };
        let status = if score > 0 { "passed" } else { "failed" };
        test["score"] = score.into();
        test["max_score"] = check.weight.into();
        test["status"] = status.into();
        test
    };
    let marks = Marks::of(all);
    json!({
        "score": marks.points(),
        "execution_time": time.as_secs(),
        "output": format!("{title}\n{}", counts(&marks)),
        "tests": all.iter().map(test).collect::<Vec<_>>(),
        "extra_data": {
            "max_score": marks.most(), "all_passed": marks.all_passed(),
            "first_mistake": first_mistake(all).map(|done| done.check.id),
        },
    })
}
