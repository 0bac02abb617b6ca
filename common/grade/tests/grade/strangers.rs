//! Linux: what programs leave behind. Nothing that one has started outlives its grading,
//! however that ends; and a port that an earlier one has is not the student's fault.
#![cfg(target_os = "linux")]

use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{fs, thread};

use signal_hook::consts::*;
use signal_hook::flag::register_conditional_default;
use socket2::{Domain, Socket, Type};

use crate::program::{BIN, PYTHON, free_port, grade};

/// Is there such a process? (A zombie is gone as soon as somebody looks.)
fn is_running(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

/// Waits for something that has to come.
fn until(mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(30));
        thread::sleep(Duration::from_millis(5));
    }
}

/// Writes its process id to this file, and sleeps.
fn sleeper(file: &Path) -> String {
    let name = file.to_str().unwrap();
    format!(
        "sh -c 'echo $$ > {name}.new; mv {name}.new {name}; exec sleep 600'"
    )
}

/// What has left its group, its session and its parent; whether that has ended, hangs, or
/// has ended its grader.
#[test]
fn everything_that_a_program_has_started_ends_with_it() {
    for end in ["exit 1", "exec sleep 600", "kill -9 $PPID"] {
        let folder = tempfile::tempdir().unwrap();
        let pids = ["a", "b", "c"].map(|name| folder.path().join(name));
        let [a, b, c] = pids.each_ref().map(|pid| sleeper(pid));
        let all = format!("{a} & setsid {b} & (setsid {c} &)");
        let names = pids.each_ref().map(|pid| pid.to_str().unwrap());
        let wait = names
            .map(|pid| format!("until test -e {pid}; do sleep 0.01; done"));
        let script = format!("{all}; {}; echo PORT; {end}", wait.join("; "));
        grade(".", "tcp-echo --limit 1 sh -c", &[&script]);
        for pid in pids {
            let pid = fs::read_to_string(&pid).unwrap();
            assert!(!is_running(&pid), "{pid} still runs");
        }
    }
}

/// Here a sleeper in a session of its own.
#[test]
fn a_signal_ends_the_program_too_and_leaves_nothing() {
    for signal in [SIGINT, SIGTERM, SIGQUIT, SIGXCPU, SIGHUP] {
        // What this process ignores (in a script's background) a child would, too.
        register_conditional_default(signal, Arc::new(true.into())).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pid");
        let locks = "mkdir -p a/b; chmod 0 a"; // its own folder, to all but root
        let script = format!("{locks}; setsid {} PORT", sleeper(&file));
        let by = if signal == SIGHUP { "env" } else { "nohup" }; // ignores it
        let grade = Command::new(by)
            .args([BIN, "tcp-echo", "--patience=60", "sh", "-c", &script])
            .env("TMPDIR", folder.path())
            .stdin(Stdio::null()) // of a terminal nohup says something
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        until(|| file.exists());
        let pid = fs::read_to_string(file).unwrap();
        assert!(is_running(&pid));
        let end = format!("kill -HUP {0}; kill -{signal} {0}", grade.id());
        Command::new("sh").args(["-c", &end]).status().unwrap();
        let done = grade.wait_with_output().unwrap();
        assert_eq!(String::from_utf8(done.stderr).unwrap(), "");
        assert_eq!(done.status.signal(), Some(signal));
        until(|| !is_running(&pid));
        let left = Vec::from_iter(fs::read_dir(folder.path()).unwrap());
        assert_eq!(left.len(), 1, "{signal}: {left:?}"); // the file with the pid
    }
}

#[test]
fn a_program_that_empties_its_folder_empties_a_folder_of_links() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("work")).unwrap();
    let [work, marks] = ["work", "work/marks"].map(|f| folder.path().join(f));
    fs::write(&marks, "all of them").unwrap();
    fs::write(folder.path().join("go.sh"), "rm -rf ./* ; exit 7").unwrap();
    let done = grade(work, "tcp-echo sh ../go.sh PORT", &[]);
    assert!(done.text().contains("(exit status: 7)"), "{}", done.text());
    assert!(marks.exists() && folder.path().join("go.sh").exists());
}

/// As the port does that waits for a minute: it becomes free, and the program is started
/// again.
#[test]
fn a_port_that_is_taken_for_a_while_costs_nothing() {
    let Some(python) = PYTHON.as_deref() else { return };
    let port = free_port();
    let addr = format!("127.0.0.1:{port}");
    let folder = tempfile::tempdir().unwrap();
    let failed = folder.path().join("failed");
    let line = format!(
        "{python} -S {} {port}; echo > {}; exit 1",
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python/right.py"),
        failed.display()
    );
    let taken = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let own = SocketAddr::from(([127, 0, 0, 1], port.parse().unwrap()));
    // A program that another test starts has all our sockets until it begins to run: so
    // has it the one that has found this port.
    until(|| taken.bind(&own.into()).is_ok());
    thread::scope(|scope| {
        scope.spawn(|| {
            until(|| failed.exists());
            drop(taken);
        });
        let options = format!("tcp-echo --only tcp-echo.line --addr {addr}");
        let done = grade(".", &options, &["sh", "-c", &line]);
        assert_eq!(done.status, 0, "{}", done.text());
    });
}
