//! Linux: programs that hide, run wild, and destroy what they find. Nothing of them
//! outlives the grading, on whatever way it ends.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::program::{BIN, PYTHON, grade, grade_in};

/// How grade judges this code in Python; nothing where there is no Python.
pub fn python(options: &str, code: &str, places: &str) -> Option<String> {
    let command = [PYTHON.as_deref()?, "-S", "-c", code];
    let places = Vec::from_iter(places.split(' '));
    Some(grade(options, &[&command[..], &places].concat()).text())
}

/// Is there such a process? (A zombie is gone as soon as somebody looks.)
fn is_running(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

/// Waits for something that has to come.
pub fn until(mut done: impl FnMut() -> bool) {
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

/// What has left its group, its session and its parent; whether that has ended or hangs.
#[test]
fn everything_that_a_program_has_started_ends_with_it() {
    for end in ["exit 1", "exec sleep 600"] {
        let folder = tempfile::tempdir().unwrap();
        let pids = ["a", "b", "c"].map(|name| folder.path().join(name));
        let [a, b, c] = pids.each_ref().map(|pid| sleeper(pid));
        let all = format!("{a} & setsid {b} & (setsid {c} &)");
        let names = pids.each_ref().map(|pid| pid.to_str().unwrap());
        let wait = names
            .map(|pid| format!("until test -e {pid}; do sleep 0.01; done"));
        let script = format!("{all}; {}; echo PORT; {end}", wait.join("; "));
        grade("tcp-echo --limit 1 sh -c", &[&script]);
        for pid in pids {
            let pid = fs::read_to_string(&pid).unwrap();
            assert!(!is_running(&pid), "{pid} still runs");
        }
    }
}

/// Starts grade with a sleeper in a session of its own; returns when that runs.
fn grading(folder: &Path) -> (Child, String) {
    let file = folder.join("pid");
    let script = format!("setsid {} PORT", sleeper(&file));
    let grade = Command::new(BIN)
        .args(["tcp-echo", "--patience", "60", "--", "sh", "-c", &script])
        .env("TMPDIR", folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    until(|| file.exists());
    let pid = fs::read_to_string(file).unwrap();
    assert!(is_running(&pid));
    (grade, pid)
}

#[test]
fn a_signal_ends_the_program_too_and_leaves_nothing() {
    for signal in ["-INT", "-TERM", "-QUIT", "-HUP"] {
        let folder = tempfile::tempdir().unwrap();
        let (grade, pid) = grading(folder.path());
        let id = grade.id().to_string();
        Command::new("kill").args([signal, &id]).status().unwrap();
        let said = grade.wait_with_output().unwrap().stderr;
        assert_eq!(String::from_utf8(said).unwrap(), "");
        until(|| !is_running(&pid));
        let left: Vec<_> =
            fs::read_dir(folder.path()).unwrap().flatten().collect();
        assert_eq!(left.len(), 1, "{signal}: {left:?}"); // the file with the pid
    }
}

/// What goes into the background would be graded in the next one's place.
#[test]
fn a_program_that_goes_into_the_background_is_told_apart() {
    let code = "import os, socket, sys, time
def leave():
    own = os.getpid()
    if os.fork(): os._exit(0)
    while os.getppid() == own: time.sleep(0.01)
if len(sys.argv) > 2: leave()
s = socket.create_server(('127.0.0.1', int(sys.argv[1])))
conn, _ = s.accept()
if len(sys.argv) == 2: leave()
conn.sendall(conn.recv(1024).upper())
s.accept()";
    // In the middle of its first answer, or before it listens.
    for places in ["PORT", "PORT first"] {
        let options = "tcp-echo --only tcp-echo.line";
        let Some(said) = python(options, code, places) else { return };
        assert!(said.contains("has gone into the background"), "{said}");
    }
}

#[test]
fn a_program_that_takes_too_much_is_ended() {
    // Resident are 17 pictures of the same 64 MB, which is quickly done.
    let code = "import mmap, tempfile, time
f = tempfile.TemporaryFile()
f.truncate(1 << 26)
populate = 0x8000 # before Python 3.10 it has no name
flags = mmap.MAP_SHARED | populate
m = [mmap.mmap(f.fileno(), 1 << 26, flags) for _ in range(17)]
time.sleep(60)";
    let said = python("tcp-echo --patience 60", code, "PORT");
    let Some(said) = said else { return };
    assert!(said.contains("more than 1 GB of memory, and was ended"), "{said}");
}

#[test]
fn a_program_that_empties_its_folder_empties_a_folder_of_links() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("work")).unwrap();
    fs::write(folder.path().join("work/marks.txt"), "all of them").unwrap();
    fs::write(folder.path().join("go.sh"), "rm -rf ./* ; exit 1").unwrap();
    let done = grade_in(folder.path(), "tcp-echo sh go.sh PORT", &[]);
    assert!(done.text().contains("before it served"), "{}", done.text());
    assert!(folder.path().join("work/marks.txt").exists());
    assert!(folder.path().join("go.sh").exists());
}

/// The verdict is lost, and is said to be; nothing else is.
#[test]
fn a_program_that_kills_its_grader_is_told_so_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let pid = folder.path().join("pid");
    let script = format!("kill -9 $PPID; {}", sleeper(&pid));
    let done = grade("tcp-echo sh -c", &[&script, "PORT"]);
    assert!(done.stderr.contains("has ended its grader"), "{}", done.stderr);
    assert_eq!(done.status, 1);
    let pid = fs::read_to_string(&pid).unwrap_or_default();
    assert!(pid.is_empty() || !is_running(&pid), "{pid} still runs");
}
