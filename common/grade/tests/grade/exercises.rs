//! The starters in the lessons' `exercises`, in Python: grade's first message about each
//! says what to do next, TODO by TODO, and what is solved passes.
//!
//! `tests/starters` has what solves them, as diffs: a hunk for each TODO, behind the
//! check that fails before it, and a part of its message.

use std::{fs, thread};

use testing::Finished;

use crate::program::{PYTHON, grade};

/// The lesson, the file, and what follows its name in the command.
const STARTERS: [(&str, &str, &str); 6] = [
    ("tcp-echo", "server", "PORT"),
    ("udp-echo", "server", "PORT"),
    ("udp-echo", "client", "HOST PORT"),
    ("sticky-packet-demo", "server", "PORT"),
    ("file-transfer", "server", "PORT DIR"),
    ("file-transfer", "client", "HOST PORT NAME DIR"),
];

/// How a starter, as far as it is solved, is graded with these options.
fn graded(lesson: &str, places: &str, text: &str, options: &str) -> Finished {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("starter.py"), text).unwrap();
    let client = if places.contains("HOST") { "--client" } else { "" };
    let python = PYTHON.as_deref().unwrap();
    let words = [lesson, client, options, python, "-S starter.py", places];
    grade(folder.path(), &words.join(" "), &[])
}

/// The hunk's lines that begin with a space or with this sign.
fn side(hunk: &str, sign: char) -> String {
    let lines = hunk.lines().filter(|line| line.starts_with([' ', sign]));
    lines.map(|line| format!("{}\n", &line[1..])).collect()
}

fn is_solved((lesson, file, places): (&str, &str, &str)) {
    let diff = format!("tests/starters/{lesson}-{file}.diff");
    let diff = fs::read_to_string(diff).unwrap();
    let starter = format!("../../{lesson}/exercises/{file}.py");
    let starter = fs::read_to_string(starter).unwrap();
    let hunks: Vec<&str> = diff.split("@@ ").skip(1).collect();
    assert_eq!(starter.matches("# TODO ").count(), hunks.len(), "{starter}");

    let mut text = starter.clone();
    thread::scope(|scope| {
        for (hunk, number) in hunks.iter().zip(1..) {
            assert!(text.contains(&format!("# TODO {number}: ")), "{text}");
            let (head, lines) = hunk.split_once('\n').unwrap();
            let (check, words) = head.split_once(": ").unwrap();
            let before = text.clone();
            scope.spawn(move || {
                let options = format!("--patience 1 --only {check}");
                let done = graded(lesson, places, &before, &options);
                let said = done.text();
                let said = Vec::from_iter(said.split_whitespace()).join(" ");
                assert_eq!(done.status, 1, "{check}: {said}");
                assert!(said.contains(words), "{check}: {said}");
            });
            assert_eq!(text.matches(&side(lines, '-')).count(), 1, "{lines}");
            text = text.replace(&side(lines, '-'), &side(lines, '+'));
        }
        let written = text.lines().count() - starter.lines().count();
        assert!(written <= 15, "{written} lines take over fifteen minutes");
        let done = graded(lesson, places, &text, "--patience 10");
        assert_eq!(done.status, 0, "{}\n{text}", done.text());
    });
}

#[test]
fn every_starter_is_solved_todo_by_todo() {
    if PYTHON.is_none() {
        return;
    }
    thread::scope(|scope| {
        for starter in STARTERS {
            scope.spawn(move || is_solved(starter));
        }
    });
}
