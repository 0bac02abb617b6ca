//! The exercises of a lesson: do its page, the files and the graders agree?
//!
//! ```text
//! exercises/NAME.rs                what a student edits; its first comment is the task
//! exercises/solutions/NAME.rs      one that passes
//! exercises/wrong/NAME.rs          what people write, which must fail
//! exercises/README.md              a part `## NAME` for each, with its task
//! tests/exercises.rs               a test that is named after each
//! tests/…/answers.rs               proves each of the answers (one that it does not
//!                                  call is dead code to the compiler)
//! ```

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;

use crate::runs::root;

/// Looks at the exercises of this lesson.
pub fn check(lesson: &str) {
    let folder = root().join(lesson).join("exercises");
    let read = |file: &str| fs::read_to_string(folder.join(file)).unwrap();
    let page = one_line(&read("README.md"));
    let tests = read("../tests/exercises.rs");
    let [exercises, solutions, wrong] =
        ["", "solutions", "wrong"].map(|sub| names(&folder.join(sub)));
    assert!(!exercises.is_empty());
    assert_eq!((&solutions, &wrong), (&exercises, &exercises));
    for name in exercises {
        let file = read(&format!("{name}.rs"));
        let part = format!("## {name} {}", first_comment(&file));
        let command = format!("cargo test -p {lesson} --test exercises {name}");
        let solution = format!("(solutions/{name}.rs)");
        for text in [part, command, solution] {
            assert!(page.contains(&text), "the page of {lesson} has no {text}");
        }
        // A command that finds no test says ok.
        assert!(tests.contains(&format!("fn {name}()")), "no test {name}");
        // In a student's clone it may be: only what is kept for all is unsolved.
        let is_unsolved = file.contains("todo!()");
        assert!(env::var_os("CI").is_none() || is_unsolved, "{name} is solved");
    }
}

/// The names of the Rust files in a folder, without `.rs`.
fn names(folder: &Path) -> BTreeSet<String> {
    let files = fs::read_dir(folder).unwrap().flatten();
    let names = files.map(|file| file.file_name().into_string().unwrap());
    names.filter_map(|name| Some(name.strip_suffix(".rs")?.into())).collect()
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
