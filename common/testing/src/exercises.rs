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

/// Looks at the exercises of the lesson in this folder; `proofs` is the source of their
/// proofs. A part of their page has the name of an exercise as its heading, and holds
///
/// - the task, word for word the first paragraph of the file's first comment;
/// - `N minutes`; in one of the parts `the core` of the lesson, too;
/// - three hints, folded away: `<details><summary>Hint 1</summary>`;
/// - a link to the solution;
/// - the command that grades it.
pub fn check_exercises(lesson: &str, proofs: &str) {
    let folder = Path::new(lesson);
    let lesson = folder.file_name().unwrap().to_string_lossy();
    let read = |file: &str| {
        let path = folder.join("exercises").join(file);
        fs::read_to_string(&path)
            .unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    };
    let [exercises, solutions, wrong] = ["", "solutions", "wrong"]
        .map(|sub| names(&folder.join("exercises").join(sub)));
    let (page, tests) = (read("README.md"), read("../tests/exercises.rs"));
    let parts: Vec<(&str, &str)> = page
        .split("\n## ")
        .skip(1)
        .map(|part| part.split_once('\n').unwrap_or((part, "")))
        .collect();

    let mut said = Vec::new();
    let mut demand = |is_so: bool, what: String| {
        if !is_so {
            said.push(what);
        }
    };
    for name in &exercises {
        let file = read(&format!("{name}.rs"));
        let is_answer = |w: &String| w.starts_with(&format!("{name}_"));
        demand(solutions.contains(name), format!("no solutions/{name}.rs"));
        demand(wrong.iter().any(is_answer), format!("no wrong/{name}_….rs"));
        demand(
            tests.contains(&format!("fn {name}()")),
            format!("no test in tests/exercises.rs is fn {name}()"),
        );
        // In a student's clone it may be: only what is kept for all is unsolved.
        demand(
            env::var_os("CI").is_none() || file.contains("todo!()"),
            format!("{name}.rs is solved: it has no todo!()"),
        );
        let part = parts.iter().find(|(title, _)| title == name);
        match part {
            Some((_, part)) => {
                for what in missing(&lesson, name, &first_comment(&file), part)
                {
                    demand(false, format!("{name}: {what}"));
                }
            }
            None => demand(false, format!("there is no part ## {name}")),
        }
    }
    for name in solutions.difference(&exercises) {
        demand(false, format!("solutions/{name}.rs solves no exercise"));
    }
    for name in &wrong {
        let answers =
            exercises.iter().any(|e| name.starts_with(&format!("{e}_")));
        demand(answers, format!("wrong/{name}.rs is no answer to an exercise"));
        let is_proven = proofs.contains(&format!("{name}, \""));
        demand(is_proven, format!("answers.rs does not prove wrong/{name}.rs"));
    }
    for (title, _) in &parts {
        // A part of another kind has a heading that no file could have.
        let is_known = title.contains(' ') || exercises.contains(*title);
        demand(is_known, format!("{title}: there is no exercises/{title}.rs"));
    }
    let cores =
        parts.iter().filter(|(_, part)| one_line(part).contains("the core"));
    let cores = cores.count();
    demand(cores == 1, format!("{cores} exercises are the core of the lesson"));
    assert!(said.is_empty(), "{lesson}: {said:#?}");
}

/// The names of the Rust files in a folder, without `.rs`.
fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    let names = entries.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        Some(name.strip_suffix(".rs")?.to_string())
    });
    names.collect()
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

/// What a part of the page does not have.
fn missing(lesson: &str, name: &str, task: &str, part: &str) -> Vec<String> {
    let text = one_line(part);
    let words: Vec<&str> = text.split(' ').collect();
    let has_minutes = words.windows(2).any(|pair| {
        pair[0].parse::<u32>().is_ok() && pair[1].starts_with("minutes")
    });
    let command = format!("cargo test -p {lesson} --test exercises {name}");
    let has_command = part.lines().any(|line| line.trim() == command);
    let mut missing = Vec::new();
    if task.is_empty() || !text.contains(task) {
        missing.push(format!("the task is not that of the file: {task}"));
    }
    if !has_minutes {
        missing.push("it does not say how many minutes".into());
    }
    if !has_command {
        missing.push(format!("no line is its command: {command}"));
    }
    let link = format!("(solutions/{name}.rs)");
    let hints =
        [1, 2, 3].map(|n| format!("<details><summary>Hint {n}</summary>"));
    let wanted = hints.into_iter().chain([link]);
    missing.extend(wanted.filter(|wanted| !text.contains(wanted)));
    let hints = text.matches("<summary>Hint ").count();
    if hints != 3 {
        missing.push(format!("it has {hints} hints, not three"));
    }
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
Read it all. 20 minutes, the core of this lesson.
cargo test -p lesson --test exercises one
<details><summary>Hint 1</summary> a </details>
<details><summary>Hint 2</summary> b </details>
<details><summary>Hint 3</summary> c </details>
One that passes: [solutions/one.rs](solutions/one.rs).";

    #[test]
    fn a_part_has_task_minutes_command_hints_and_solution() {
        let said = |part: &str| {
            missing("lesson", "one", "Read it all.", part).join("\n")
        };
        assert_eq!(said(PART), "");
        for (cut, what) in [
            ("all.", "the task is not that of the file: Read it all."),
            ("20", "it does not say how many minutes"),
            (" -p lesson", "no line is its command: cargo test -p lesson "),
            ("(solutions/one.rs)", "(solutions/one.rs)"),
            ("Hint 2", "<details><summary>Hint 2</summary>"),
        ] {
            let said = said(&PART.replace(cut, ""));
            assert!(said.contains(what), "{cut}: {said}");
        }
        let four = PART.replace("Hint 3", "Hint 4</summary>x<summary>Hint 3");
        assert!(said(&four).contains("it has 4 hints, not three"));
    }
}
