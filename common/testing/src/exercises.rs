//! The exercises of a lesson: do its page, the files and the graders agree?
//!
//! ```text
//! exercises/NAME.rs                what a student edits; its first comment is the task
//! exercises/solutions/NAME.rs      one that passes
//! exercises/wrong/NAME_REASON.rs   what people write, which must fail
//! exercises/README.md              a part `## NAME` for each
//! tests/exercises.rs               a test that is named after each
//! tests/…/answers.rs               proves each of the answers
//! ```

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;

use crate::finding::{Finding, settle};
use crate::page::{Kind, Page};

/// Looks at the exercises of the lesson in this folder; `proofs` is the source of their
/// proofs. A part of their page has the
/// name of an exercise as its heading, and holds
///
/// - the task, word for word the first paragraph of the file's first comment;
/// - `N minutes`; in one of the parts `the core` of the lesson, too;
/// - three hints, folded away: `<details><summary>Hint 1</summary>`;
/// - a link to the solution;
/// - the command that grades it.
///
/// # Panics
///
/// When something is missing, or there is something that no part tells of.
pub fn check_exercises(lesson: &str, proofs: &str) {
    let folder = Path::new(lesson);
    let folder = folder.canonicalize().unwrap_or_else(|e| panic!("{e}"));
    let mut findings = on_disk(&folder, proofs);
    findings.extend(on_the_page(&folder));
    let said = settle(&folder.join("exercises/README.md"), findings);
    assert!(said.is_empty(), "{said}");
}

/// The names of the Rust files in a folder, without `.rs`.
fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder);
    let entries =
        entries.unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            Some(name.strip_suffix(".rs")?.to_string())
        })
        .collect()
}

/// Has each exercise its solution, wrong answers and a test, and nothing else there?
fn on_disk(folder: &Path, proofs: &str) -> Vec<Finding> {
    let exercises = names(&folder.join("exercises"));
    let solutions = names(&folder.join("exercises/solutions"));
    let wrong = names(&folder.join("exercises/wrong"));
    let tests = read(folder, "tests/exercises.rs");

    let ci = env::var_os("CI").is_some();
    let mut said = Vec::new();
    let answers = |name: &str| {
        let start = format!("{name}_");
        wrong.iter().filter(|w| w.starts_with(&start)).count()
    };
    for name in &exercises {
        let text = read(folder, &format!("exercises/{name}.rs"));
        if first_comment(&text).is_empty() {
            said.push(format!(
                "{name}.rs does not begin with its task, in //!"
            ));
        }
        // In a student's clone it may be: only what is kept for all is unsolved.
        if ci && !text.contains("todo!()") {
            said.push(format!("{name}.rs is solved: it has no todo!()"));
        }
        if !solutions.contains(name) {
            said.push(format!("there is no solutions/{name}.rs"));
        }
        if answers(name) == 0 {
            said.push(format!("there is no wrong/{name}_….rs"));
        }
        if !tests.contains(&format!("fn {name}()")) {
            said.push(format!("no test in tests/exercises.rs is fn {name}()"));
        }
    }
    for name in solutions.difference(&exercises) {
        said.push(format!("solutions/{name}.rs solves no exercise"));
    }
    for name in &wrong {
        if !exercises.iter().any(|e| name.starts_with(&format!("{e}_"))) {
            said.push(format!("wrong/{name}.rs is no answer to an exercise"));
        }
        if !proofs.contains(&format!("{name}, \"")) {
            said.push(format!("answers.rs does not prove wrong/{name}.rs"));
        }
    }
    said.into_iter().map(|what| Finding::new(0, what)).collect()
}

fn read(folder: &Path, file: &str) -> String {
    let path = folder.join(file);
    fs::read_to_string(&path)
        .unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The first paragraph of the comment that a file begins with.
fn first_comment(text: &str) -> String {
    let lines = text.lines().map_while(|line| line.strip_prefix("//!"));
    let lines = lines.take_while(|line| !line.trim().is_empty());
    one_line(&lines.collect::<Vec<_>>().join(" "))
}

/// The words, one space apart.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Is there a part for each exercise, with all that belongs to it?
fn on_the_page(folder: &Path) -> Vec<Finding> {
    let exercises = names(&folder.join("exercises"));
    let lesson = folder.file_name().unwrap().to_string_lossy();
    let page = Page::read(folder.join("exercises/README.md"));
    let mut findings = Vec::new();
    let (mut told, mut cores) = (BTreeSet::new(), 0);

    for (at, element) in page.elements.iter().enumerate() {
        let Kind::Heading(2, name) = &element.kind else { continue };
        if !exercises.contains(name) {
            let what = format!("{name}: there is no exercises/{name}.rs");
            // A part of another kind has a heading that no file could have.
            if !name.contains(' ') {
                findings.push(Finding::new(element.line, what));
            }
            continue;
        }
        let behind = page.elements[at + 1..].iter();
        let mut headings = behind
            .filter(|e| matches!(e.kind, Kind::Heading(level, _) if level < 3));
        let end = headings.next().map_or(page.lines.len(), |e| e.line);
        let part = &page.lines[element.line..end];
        let task =
            first_comment(&read(folder, &format!("exercises/{name}.rs")));
        cores += usize::from(one_line(&part.join(" ")).contains("the core"));
        findings.extend(
            missing(&lesson, name, &task, part)
                .into_iter()
                .map(|what| Finding::new(element.line, what)),
        );
        if !told.insert(name.clone()) {
            let what = format!("{name} has two parts");
            findings.push(Finding::new(element.line, what));
        }
    }
    for name in exercises.difference(&told) {
        let what = format!("there is no part ## {name}");
        findings.push(Finding::new(0, what));
    }
    if cores != 1 {
        let what = format!("{cores} exercises are the core of the lesson");
        findings.push(Finding::new(0, what));
    }
    findings
}

/// What a part of the page does not have.
fn missing(
    lesson: &str,
    name: &str,
    task: &str,
    part: &[String],
) -> Vec<String> {
    let text = one_line(&part.join(" "));
    let has_minutes =
        text.split(' ').zip(text.split(' ').skip(1)).any(|(number, unit)| {
            number.parse::<u32>().is_ok() && unit.starts_with("minutes")
        });
    let command = format!("cargo test -p {lesson} --test exercises {name}");
    let alone = |wanted: &str| part.iter().any(|line| line.trim() == wanted);
    let link = format!("(solutions/{name}.rs)");
    let mut missing = Vec::new();
    let mut demand = |holds: bool, what: String| {
        if !holds {
            missing.push(format!("{name}: {what}"));
        }
    };
    demand(
        text.contains(task),
        format!("the task is not that of the file: {task}"),
    );
    demand(has_minutes, "it does not say how many minutes".into());
    demand(alone(&command), format!("no line is its command: {command}"));
    demand(text.contains(&link), format!("no link leads to {link}"));
    for number in 1..=3 {
        let hint = format!("<details><summary>Hint {number}</summary>");
        demand(text.contains(&hint), format!("it has no {hint}"));
    }
    let folded = text.matches("<summary>Hint ").count();
    demand(folded == 3, format!("it has {folded} hints, not three"));
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_task_is_the_first_paragraph_of_the_first_comment() {
        let text = "//! Read it\n//! all.\n//!\n//! More.\n\nfn read() {}\n";
        assert_eq!(first_comment(text), "Read it all.");
        assert_eq!(first_comment("use x;\n//! Late.\n"), "");
    }

    const PART: &str = "\
## one

Read it all.

20 minutes, the core of this lesson.

```sh
cargo test -p lesson --test exercises one
```

<details><summary>Hint 1</summary> a </details>
<details><summary>Hint 2</summary> b </details>
<details><summary>Hint 3</summary> c </details>

One that passes: [solutions/one.rs](solutions/one.rs).";

    fn said(part: &str) -> String {
        let part: Vec<String> = part.lines().map(str::to_string).collect();
        missing("lesson", "one", "Read it all.", &part).join("\n")
    }

    #[test]
    fn a_part_has_task_minutes_command_hints_and_solution() {
        assert_eq!(said(PART), "");
        for (cut, what) in [
            ("all.", "the task is not that of the file: Read it all."),
            ("20", "it does not say how many minutes"),
            (" -p lesson", "no line is its command: cargo test -p lesson "),
            ("(solutions/one.rs)", "no link leads to (solutions/one.rs)"),
            ("Hint 2", "it has no <details><summary>Hint 2</summary>"),
        ] {
            let said = said(&PART.replace(cut, ""));
            assert!(said.contains(what), "{cut}: {said}");
        }
        let four = PART.replace("Hint 3", "Hint 4</summary>x<summary>Hint 3");
        assert!(said(&four).contains("it has 4 hints, not three"));
    }
}
