//! The exercises of a lesson: do its page, the files and the graders agree?
//!
//! ```text
//! exercises/NAME.rs                what a student edits; its first comment is the task
//! exercises/solutions/NAME.rs      one that passes
//! exercises/wrong/NAME.rs          what people write, which must fail
//! exercises/README.md              a part `## NAME` for each
//! tests/exercises.rs               a test that is named after each
//! tests/…/answers.rs               proves each of the answers (to the compiler, one that
//!                                  it does not call is dead code)
//! ```

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;

/// Looks at the exercises of the lesson in this folder. A part of their page has the name
/// of an exercise as its heading, and holds the task, word for word the first paragraph
/// of the file's first comment; `N minutes`, and in one of the parts `the core`; three
/// hints, folded away; a link to the solution; and the command that grades it.
pub fn check_exercises(lesson: &str) {
    let folder = Path::new(lesson).join("exercises");
    let read = |file: &str| fs::read_to_string(folder.join(file)).unwrap();
    let (page, tests) = (read("README.md"), read("../tests/exercises.rs"));
    let parts: Vec<_> = page
        .split("\n## ")
        .skip(1)
        .filter_map(|part| part.split_once('\n'))
        .collect();
    let [exercises, solutions, wrong] =
        ["", "solutions", "wrong"].map(|sub| names(&folder.join(sub)));

    let mut said = Vec::new();
    let mut demand = |is_so: bool, what: String| {
        if !is_so {
            said.push(what);
        }
    };
    for name in &exercises {
        let file = read(&format!("{name}.rs"));
        let of_it = |text: &&(&str, &str)| text.0 == name;
        let part = parts.iter().find(of_it).map_or("", |(_, part)| *part);
        let lesson = Path::new(lesson).file_name().unwrap().to_string_lossy();
        let command = format!("cargo test -p {lesson} --test exercises {name}");
        for what in missing(part, &first_comment(&file), &command, name) {
            demand(false, format!("the part ## {name} has no {what}"));
        }
        // In a student's clone it may be: only what is kept for all is unsolved.
        let unsolved = env::var_os("CI").is_none() || file.contains("todo!()");
        demand(unsolved, format!("{name}.rs is solved: it has no todo!()"));
        let test = format!("fn {name}()");
        demand(tests.contains(&test), format!("tests/exercises.rs: no {test}"));
    }
    for (answers, folder) in [(solutions, "solutions"), (wrong, "wrong")] {
        let what = format!("{folder}/ has {answers:?}");
        demand(answers == exercises, what);
    }
    for (title, _) in &parts {
        // A part of another kind has a heading that no file could have.
        let is_known = title.contains(' ') || exercises.contains(*title);
        demand(is_known, format!("there is no {title}.rs"));
    }
    let is_core = |part: &&(&str, &str)| one_line(part.1).contains("the core");
    let cores = parts.iter().filter(is_core).count();
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
    let comment = text.lines().map_while(|line| line.strip_prefix("//!"));
    let first = comment.take_while(|line| !line.trim().is_empty());
    one_line(&first.collect::<Vec<_>>().join(" "))
}

/// The words, one space apart.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a part of the page does not have.
fn missing(part: &str, task: &str, command: &str, name: &str) -> Vec<String> {
    let text = one_line(part);
    let words: Vec<&str> = text.split(' ').collect();
    let is_minutes = |pair: &[&str]| {
        pair[0].parse::<u32>().is_ok() && pair[1].starts_with("minutes")
    };
    let hint = |n| format!("<details><summary>Hint {n}</summary>");
    let demands = [
        (!task.is_empty() && text.contains(task), format!("task: {task}")),
        (words.windows(2).any(is_minutes), "minutes".into()),
        (part.lines().any(|line| line.trim() == command), command.into()),
        (text.contains(&format!("(solutions/{name}.rs)")), "solution".into()),
        ((1..4).all(|n| text.contains(&hint(n))), "three hints".into()),
        (!text.contains(&hint(4)), "three hints only".into()),
    ];
    let missing = demands.into_iter().filter(|(is_so, _)| !is_so);
    missing.map(|(_, what)| what).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_has_task_minutes_command_hints_and_solution() {
        let file = "//! Read it\n//! all.\n//!\n//! More.\n\nfn read() {}\n";
        let task = first_comment(file);
        let hints =
            [1, 2, 3].map(|n| format!("<details><summary>Hint {n}</summary>"));
        let part = format!(
            "Read it\nall. 20 minutes.\n  cargo test one\n{}(solutions/one.rs)",
            hints.concat()
        );
        let said = |part: &str| {
            missing(part, &task, "cargo test one", "one").join("; ")
        };
        assert_eq!(said(&part), "");
        for (cut, what) in [
            ("all.", "task: Read it all."),
            ("20", "minutes"),
            (" one\n", "cargo test one"),
            ("(solutions/one.rs)", "solution"),
            ("Hint 2", "three hints"),
        ] {
            assert_eq!(said(&part.replace(cut, "")), what);
        }
        let four = hints[2].replace('3', "4");
        assert_eq!(said(&(part + &four)), "three hints only");
    }
}
