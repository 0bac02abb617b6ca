//! Reports of whole gradings, each in a file of `golden` that a reader can compare. What
//! differs from machine to machine is replaced in them.
//!
//! `UPDATE_README=1 cargo test -p grade` writes them again.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::thread;

use testing::RawServer;
use testing::raw::accept;

use crate::program::{PYTHON, free_port, grade, grade_in, script};

/// The name of a report, and what is graded: `PY` is Python, AT12000 the option with that
/// address; 12000 and 12001 are replaced by free ports, in the programs too.
const REPORTS: &[(&str, &str)] = &[
    ("list", "--list"),
    ("list_client", "--list --client"),
    // The homework that most of the world has: with its port written into it.
    ("TCPServer", "tcp-echo --patience 1 AT12000 PY TCPServer.py"),
    // It strips each line, and yet changes no other byte.
    ("handler", "tcp-echo --only tcp-echo.line AT12000 PY handler.py"),
    ("handler_bytes", "tcp-echo --only tcp-echo.bytes AT12000 PY handler.py"),
    ("UDPServer", "udp-echo --patience 1 AT12000 PY UDPServer.py"),
    ("UDPClient", "udp-echo --client --patience 1 AT12000 PY UDPClient.py"),
    ("right", "tcp-echo --patience 20 --only lines PY right.py PORT"),
    // It is started again, and its last words are harmless; another seed sends others.
    ("dies", "tcp-echo --only lines PY dies.py PORT"),
    ("dies_seed_43", "tcp-echo --only tcp-echo.line --seed 43 PY dies.py PORT"),
    ("not_there", "tcp-echo no-such-program PORT"),
    ("not_there_tap", "tcp-echo --tap no-such-program PORT"),
    ("not_there_udp_client", "udp-echo --client no-such-program PORT"),
    ("not_there_client", "file-transfer --client no-such-program PORT"),
    (
        "hangs",
        "file-transfer --client --patience 1 --only 9_of PY hangs.py HOST PORT NAME DIR",
    ),
    // What a program says that does not start comes first.
    ("crashes", "tcp-echo PY crashes.py PORT"),
    ("elsewhere", "tcp-echo AT12000 PY right.py 12001"),
    ("nobody", "tcp-echo AT12000"),
];

/// What grade says to these words, about the programs in `tests/python`; `None` where
/// there is no Python.
fn report(words: &str) -> Option<String> {
    let python = if words.contains("PY ") { PYTHON.as_deref()? } else { "" };
    let python = format!("{python} -S "); // it starts in half the time
    let (port, other) = (free_port(), free_port());
    let folder = tempfile::tempdir().unwrap();
    for name in words.split(' ').filter(|word| word.ends_with(".py")) {
        let text = fs::read_to_string(script(name)).unwrap();
        let copy = folder.path().join(name);
        fs::write(copy, text.replace("12000", &port)).unwrap();
    }
    let words = words
        .replace("PY ", &python)
        .replace("AT12000", &format!("--addr 127.0.0.1:{port}"))
        .replace("12001", &other);
    let done = grade_in(folder.path(), &words, &[]);
    assert_eq!(done.stderr, "", "{words}");
    let report = done.text() + &format!("status {}\n", done.status);
    let report = report.replace(&python, "python3 ");
    Some(report.replace(&port, "12000").replace(&other, "12001"))
}

#[test]
fn every_report_is_the_one_in_its_file() {
    thread::scope(|scope| {
        for (name, words) in REPORTS {
            scope.spawn(|| {
                if let Some(report) = report(words) {
                    compare(name, &report);
                }
            });
        }
    });
}

/// A server that somebody else has started is given up when it is silent, or gone.
#[test]
fn a_running_server_is_graded_to_its_end() {
    let silent = RawServer::new(|listener| {
        let _kept: Vec<_> = listener.incoming().collect();
    });
    // On a port that nobody else is given when it is free again.
    let own = format!("127.0.0.1:{}", free_port());
    let listener = TcpListener::bind(&own).unwrap();
    thread::spawn(move || {
        let mut stream = accept(&listener);
        drop(listener);
        let _ = std::io::copy(&mut stream.try_clone().unwrap(), &mut stream);
    });
    for (name, addr, patience) in
        [("silent", silent.addr.as_str(), "0.2"), ("gone", &own, "20")]
    {
        let words = format!("tcp-echo --patience {patience} --addr {addr}");
        compare(name, &grade(&words, &[]).text().replace(addr, "ADDR"));
    }
}

/// Compares a report with its file, or writes it.
#[track_caller]
pub fn compare(name: &str, report: &str) {
    if cfg!(not(target_os = "linux")) {
        return; // the words for an error are the system's own
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let file = folder.join(name).with_extension("txt");
    // Of what Python prints when it dies, only the last line is the same everywhere; and
    // what a server still prints when it is ended depends on the moment.
    let varies = |line: &&str| {
        let parts =
            ["stderr |  ", "stderr | Traceback", "stdout | b'", "stdout | Rec"];
        parts.iter().any(|part| line.trim_start().starts_with(part))
    };
    let lines: Vec<&str> =
        report.lines().filter(|line| !varies(line)).collect();
    let report = lines.join("\n") + "\n";
    let wide =
        |line: &&&str| line.chars().count() > 80 && !line.contains(" - ");
    assert_eq!(lines.iter().find(wide), None, "{name}: wider than a terminal");
    if testing::finding::updating() {
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
