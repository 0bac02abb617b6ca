//! The report: a line for each check, and below a failed one what it has found; or the
//! same for other programs, as TAP or JSON.

use std::time::Duration;

use anstyle::AnsiColor;
use serde_json::{Value, json};

use crate::runner::{Done, Way};
use crate::words::{count, wrapped};

/// How it begins: what is graded, and by how many checks.
pub fn beginning(tap: bool, title: &str, checks: usize) -> String {
    if tap {
        return format!("TAP version 13\n1..{checks}\n# {title}");
    }
    format!("{title}\n")
}

/// This check; nothing where it was not tried, which the end tells.
pub fn check(tap: bool, number: usize, done: &Done) -> Option<String> {
    if tap {
        return Some(in_tap(number, done));
    }
    let (color, word) = match done.way {
        Way::Passed => (AnsiColor::Green, "ok"),
        Way::Failed => (AnsiColor::Red, "FAIL"),
        Way::LeftOut => (AnsiColor::Yellow, "skipped"),
        Way::SeeAbove | Way::NotTried => return None,
    };
    let style = color.on_default().bold();
    let mark = format!("{style}{word:<7}{style:#}");
    Some(marked(&mark, &[&wrapped(done.check.name)[..], &done.why].concat()))
}

/// The Test Anything Protocol.
fn in_tap(number: usize, Done { check, way, why }: &Done) -> String {
    let line = format!("ok {number} - {}: {}", check.id, check.name);
    match way {
        Way::Passed => line,
        // Not "not ok": no points are lost here.
        Way::SeeAbove | Way::LeftOut => {
            format!("{line} # SKIP {}", why.join(" ").replace('#', ""))
        }
        _ => format!("not {line}\n# {}", why.join("\n# ")),
    }
}

/// Lines behind nine columns, which are empty below the mark.
fn marked(mark: &str, lines: &[String]) -> String {
    format!("{mark}  {}", lines.join("\n         "))
}

/// How it ends.
pub fn end(tap: bool, all: &[Done]) -> String {
    let marks = Marks::of(all);
    if tap {
        return format!("# {}", counts(&marks));
    }
    let mut lines = Vec::new();
    let not_tried =
        |done: &&Done| matches!(done.way, Way::SeeAbove | Way::NotTried);
    let mut rest = Vec::from_iter(all.iter().filter(not_tried));
    while let [Done { why, .. }, ..] = rest[..] {
        let before = rest.len();
        rest.retain(|done| done.why != *why);
        let checks = count(before - rest.len(), "check");
        let text = format!("{checks} not tried: {}", why.join(" "));
        lines.push(marked("-      ", &wrapped(&text)));
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
    let [passed, failed, behind, not_tried, skipped] = marks.many;
    let checks = count(passed + failed + behind + not_tried, "check");
    let mut line = format!("{passed} of {checks} passed");
    let others = [failed, behind + not_tried, skipped];
    let ways = ["failed", "not tried", "skipped"];
    for (many, way) in others.iter().zip(ways).filter(|(many, _)| **many > 0) {
        line += &format!(", {many} {way}");
    }
    line + &format!(": {} of {} points.", marks.points, marks.most)
}

fn first_mistake(all: &[Done]) -> Option<&Done> {
    all.iter().find(|done| done.way == Way::Failed)
}

/// What Gradescope reads: results.json.
pub fn json(title: &str, all: &[Done], time: Duration) -> Value {
    let test = |Done { check, way, why }: &Done| {
        let mut test = json!({
            "number": check.id,
            "name": check.name,
            "output": why.join("\n"),
        });
        // What is not counted has no score.
        if !matches!(way, Way::SeeAbove | Way::LeftOut) {
            let passed = *way == Way::Passed;
            let score = if passed { check.weight } else { 0 };
            test["score"] = score.into();
            test["max_score"] = check.weight.into();
            test["status"] = if passed { "passed" } else { "failed" }.into();
        }
        test
    };
    let marks = Marks::of(all);
    json!({
        "score": marks.points,
        "execution_time": time.as_secs(),
        "output": format!("{title}\n{}", counts(&marks)),
        "tests": all.iter().map(test).collect::<Vec<_>>(),
        "extra_data": {
            "max_score": marks.most, "all_passed": marks.all_passed,
            "first_mistake": first_mistake(all).map(|done| done.check.id),
        },
    })
}

/// What a grading is worth: a mistake costs once, and what rests on it does not count.
pub struct Marks {
    /// How many checks have ended in each way, in the order of `Way`.
    pub many: [usize; 5],
    /// How many points there are.
    pub most: u32,
    /// How many of them: the share that has passed of what counts, rounded to a tenth.
    /// What rests on a check that has failed does not count, and so a mistake costs once.
    pub points: f64,
    /// Is nothing wrong with the program?
    pub all_passed: bool,
}

impl Marks {
    /// Adds it up.
    pub fn of(all: &[Done]) -> Self {
        let (mut many, mut worth) = ([0; 5], [0; 5]);
        for Done { check, way, .. } in all {
            many[*way as usize] += 1;
            worth[*way as usize] += check.weight;
        }
        let [earned, lost, behind, not_tried, _] = worth;
        let counts = earned + lost + not_tried;
        let most = counts + behind;
        let share = f64::from(earned) / f64::from(counts.max(1));
        let points = (share * f64::from(most) * 10.0).round() / 10.0;
        let all_passed = matches!(many, [passed, 0, 0, 0, _] if passed > 0);
        Self { many, most, points, all_passed }
    }
}
