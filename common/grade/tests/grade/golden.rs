//! Reports of whole gradings, each in a file of `golden` that a reader can compare. What
//! differs from machine to machine is replaced in them.
//!
//! `UPDATE_README=1 cargo test -p grade` writes them again.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::program::{PYTHON, grade_in, python};

/// The homework that most of the world has: with its port written into it.
const HOMEWORK: [(&str, &[&str]); 5] = [
    ("TCPServer", &["tcp-echo"]),
    ("TCPServer2", &["tcp-echo"]),
    ("handler", &["tcp-echo"]),
    ("UDPServer", &["udp-echo"]),
    ("UDPClient", &["udp-echo", "--client"]),
];

/// Grades it as it stands, but for a port that is free here.
fn graded_as_it_stands(name: &str, options: &[&str]) -> Option<String> {
    let [python, script] = python(&format!("{name}.py"))?;
    let addr = crate::program::free_addr();
    let port = addr.rsplit_once(':').unwrap().1;
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(script).unwrap().replace("12000", port);
    let file = format!("{name}.py");
    fs::write(folder.path().join(&file), text).unwrap();
    let command =
        [options, &["--patience", "3", "--addr", &addr, &python, &file]]
            .concat();
    let done = grade_in(folder.path(), &command);
    Some(
        (done.stdout + &done.stderr)
            .replace(&python, PYTHON)
            .replace(port, "12000"),
    )
}

#[test]
fn homework_out_of_the_book_is_graded_as_it_stands() {
    std::thread::scope(|scope| {
        for (name, options) in HOMEWORK {
            scope.spawn(move || {
                if let Some(report) = graded_as_it_stands(name, options) {
                    compare(name, &report);
                }
            });
        }
    });
}

#[test]
fn the_list_of_all_checks_and_their_points() {
    let list = |client: &[&str]| {
        let args = [&["--list"], client].concat();
        let done =
            Command::new(env!("CARGO_BIN_EXE_grade")).args(args).output();
        String::from_utf8(done.unwrap().stdout).unwrap()
    };
    compare("list", &(list(&[]) + &list(&["--client"])));
}

/// Compares a report with its file, or writes it.
#[track_caller]
pub fn compare(name: &str, report: &str) {
    if cfg!(not(target_os = "linux")) {
        return; // the words for an error are the system's own
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let file = folder.join(name).with_extension("txt");
    // Of what Python prints when it dies, only the last line is the same everywhere.
    let is_stack = |line: &&str| {
        let line = line.trim_start();
        line.starts_with("stderr |  ") || line.starts_with("stderr | Traceback")
    };
    let lines: Vec<&str> =
        report.lines().filter(|line| !is_stack(line)).collect();
    let report = lines.join("\n") + "\n";
    for line in lines
        .iter()
        .filter(|line| !line.contains("ok ") || line.starts_with("ok  "))
    {
        assert!(line.chars().count() <= 80, "{line}");
    }
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(file, report).unwrap();
        return;
    }
    let wanted = fs::read_to_string(&file).unwrap_or_default();
    let parts = similar::TextDiff::from_lines(&wanted, &report);
    let changes = parts.unified_diff().header("golden", "now").to_string();
    assert!(
        changes.is_empty(),
        "\n{name}:\n{changes}\nUPDATE_README=1 cargo test -p grade writes it again"
    );
}
