//! The program `grade`: its command line, its report, and how it treats programs that
//! die, hang and shout.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use testing::raw::Nobody;

/// What `grade` printed, and its status.
struct Done {
    stdout: String,
    stderr: String,
    status: i32,
}

fn grade(args: &[&str]) -> Done {
    let done =
        Command::new(env!("CARGO_BIN_EXE_grade")).args(args).output().unwrap();
    Done {
        stdout: String::from_utf8(done.stdout).unwrap(),
        stderr: String::from_utf8(done.stderr).unwrap(),
        status: done.status.code().unwrap(),
    }
}

/// One of the programs in Python; `None` where there is no Python.
fn python(name: &str) -> Option<[String; 2]> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python");
    let script = folder.join(name).to_str().unwrap().to_string();
    // The program itself: some systems put a slow script in front of it.
    let print = "import sys; print(sys.executable)";
    let asked = Command::new("python3").args(["-c", print]).output();
    match asked {
        Ok(done) if done.status.success() => {
            let python = String::from_utf8(done.stdout).unwrap();
            Some([python.trim().to_string(), script])
        }
        _ => {
            eprintln!("skipped: there is no python3 here");
            None
        }
    }
}

/// Grades a server in Python.
fn grade_python(options: &[&str], script: &str, args: &[&str]) -> Option<Done> {
    let [python, script] = python(script)?;
    let command = ["tcp-echo", "--", &python, &script];
    Some(grade(&[options, &command, args].concat()))
}

#[test]
fn a_right_server_in_python_passes() {
    let args = ["--patience", "20"];
    let Some(done) = grade_python(&args, "right.py", &["PORT"]) else { return };
    assert_eq!(done.status, 0, "{}", done.stdout);
    assert!(done.stdout.ends_with("\n15 of 15 checks passed.\n"));
}

#[test]
fn the_help_shows_examples_and_fits_a_terminal() {
    testing::check_help(env!("CARGO_BIN_EXE_grade"), &[&[]]);
    let wrong = grade(&["tcp-echo", "--seed", "x"]);
    assert!(wrong.stderr.contains("give a whole number"), "{}", wrong.stderr);
    let wrong = grade(&["tcp-echo", "--port", "9000"]);
    let words = "--port is no option of grade; --help shows them (the address is \
                 --addr HOST:PORT)";
    assert!(wrong.stderr.contains(words), "{}", wrong.stderr);
    assert_eq!(wrong.status, 2);
}

#[test]
fn the_port_is_in_the_environment_too() {
    // The argument that nobody reads lets grade choose the port.
    let args = ["--patience", "20", "--only", "a line comes back"];
    let Some([python, script]) = python("right.py") else { return };
    let code =
        format!("import sys; sys.argv = ['x']; exec(open({script:?}).read())");
    let command = ["tcp-echo", &python, "-c", &code, "PORT"];
    let done = grade(&[&args[..], &command].concat());
    assert_eq!(done.status, 0, "{}", done.stdout);
}

#[test]
fn the_readme_of_lesson_1_shows_how_many_checks_the_original_passes() {
    if python("original.py").is_none() {
        return;
    }
    // A shorter wait than usual: four of the checks wait until the patience is over.
    let options = [("tcp-echo", "--patience", "2.0", "PATIENCE")];
    testing::check_pages("grade", env!("CARGO_BIN_EXE_grade"), &options);
}

#[test]
fn a_server_that_dies_is_started_again_and_its_last_words_are_harmless() {
    let args = ["--patience", "5", "--only", "lines"];
    let Some(done) = grade_python(&args, "dies.py", &["PORT"]) else { return };
    assert_eq!(done.status, 1);
    let died = "The program has ended (exit ";
    assert!(done.stdout.matches(died).count() == 2, "{}", done.stdout);
    assert!(
        done.stdout.contains(r"stderr | \x1b[31mI give up\x1b]0;owned\x07")
    );
    assert!(!done.stdout.contains('\x1b'));
}

#[test]
fn a_server_that_hangs_costs_one_patience_a_check_and_ends_with_its_children() {
    let args = ["--patience", "0.6", "--only", "lines"];
    let started = Instant::now();
    let Some(done) = grade_python(&args, "hangs.py", &["PORT"]) else { return };
    assert!(started.elapsed() < Duration::from_secs(15));
    assert!(done.stdout.contains("No answer came."), "{}", done.stdout);
    let mut words = done.stdout.split_whitespace();
    words.find(|word| *word == "child").unwrap();
    let child = words.next().unwrap();
    if cfg!(target_os = "linux") {
        assert!(!is_running(child), "{child} still runs");
    }
}

/// Is there such a process, on Linux?
fn is_running(pid: &str) -> bool {
    // A zombie is gone as soon as somebody looks.
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_ends_the_graded_program_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pid");
    let name = file.to_str().unwrap();
    let script =
        format!("echo $$ > '{name}.new'; mv '{name}.new' '{name}'; sleep 600");
    let mut grade = Command::new(env!("CARGO_BIN_EXE_grade"))
        .args(["tcp-echo", "--patience", "60", "--", "sh", "-c", &script])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    let wait = || {
        assert!(start.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(5));
    };
    while !file.exists() {
        wait();
    }
    let pid = std::fs::read_to_string(&file).unwrap();
    assert!(is_running(pid.trim()));
    let id = grade.id().to_string();
    Command::new("kill").args(["-INT", &id]).status().unwrap();
    grade.wait().unwrap();
    while is_running(pid.trim()) {
        wait();
    }
}

#[test]
fn a_server_that_nobody_started_is_said_to_be_gone() {
    let nobody = Nobody::new();
    let addr = &nobody.addr;
    let done = grade(&["tcp-echo", "--addr", addr]);
    assert_eq!(done.status, 1);
    let wanted = format!("Nothing is listening on {addr}.");
    assert!(done.stdout.contains(&wanted), "{}", done.stdout);
    assert!(
        done.stdout.contains("0 of 15 checks passed, 1 failed, 14 skipped.")
    );
    let start = "Start your server first, or let grade start it";
    assert!(done.stdout.contains(start), "{}", done.stdout);
}

/// What `grade` says of a server that is already running.
fn grade_running(serve: fn(TcpListener)) -> Done {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || serve(listener));
    grade(&["tcp-echo", "--patience", "0.5", "--addr", &addr])
}

#[test]
fn a_running_server_that_stops_answering_or_ends_itself_ends_the_grading() {
    let stops: fn(TcpListener) = |listener| {
        let _kept: Vec<_> = listener.incoming().collect();
    };
    let ends: fn(TcpListener) = |listener| {
        let (mut stream, _) = listener.accept().unwrap();
        drop(listener);
        let _ = std::io::copy(&mut stream.try_clone().unwrap(), &mut stream);
    };
    for (serve, why) in [
        (stops, "the server does not answer any more; start it again"),
        (ends, "nothing is listening any more"),
    ] {
        let done = grade_running(serve);
        assert_eq!(done.status, 1);
        assert!(done.stdout.contains(why), "{}", done.stdout);
        let counts = "1 failed, 14 skipped";
        assert!(done.stdout.contains(counts), "{}", done.stdout);
    }
}

#[test]
fn a_running_server_that_answers_wrongly_is_graded_to_the_end() {
    let done = grade_running(|listener| {
        for mut stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                std::io::copy(&mut stream.try_clone().unwrap(), &mut stream)
            });
        }
    });
    assert_eq!(done.status, 1);
    assert!(done.stdout.contains("FAIL     a line comes"), "{}", done.stdout);
    assert!(!done.stdout.contains("any more"), "{}", done.stdout);
}

#[test]
fn a_program_that_is_not_there_or_never_listens_is_said_so_once() {
    let done = grade(&["tcp-echo", "no-such-program", "PORT"]);
    assert_eq!(done.status, 1);
    assert!(done.stdout.contains("no-such-program PORT cannot be started"));
    assert!(done.stdout.contains("1 failed, 14 skipped"), "{}", done.stdout);

    for lesson in ["udp-echo", "file-transfer"] {
        let done = grade(&[lesson, "--client", "no-such-program", "PORT"]);
        assert_eq!(done.status, 1);
        let why = "no-such-program PORT cannot be started";
        assert_eq!(done.stdout.matches(why).count(), 1, "{}", done.stdout);
        assert!(done.stdout.contains("1 failed, "), "{}", done.stdout);
    }
}

#[test]
fn tap_is_a_plan_and_a_line_for_each_check() {
    let done = grade(&["tcp-echo", "--tap", "--seed", "5", "no-such-program"]);
    let lines: Vec<&str> = done.stdout.lines().collect();
    assert_eq!(lines[0], "TAP version 13");
    assert_eq!(lines[1], "1..15");
    assert!(lines[2].starts_with("# tcp-echo server: no-such-program, seed 5"));
    assert_eq!(lines[3], "not ok 1 - a line comes back in upper case");
    assert!(done.stdout.contains("\nok 2 - a client that closes ends its own"));
    assert!(done.stdout.contains(" # SKIP the program does not start\n"));
    let plain = |line: &&str| {
        !["ok ", "not ok ", "#", "1..", "TAP"]
            .iter()
            .any(|s| line.starts_with(s))
    };
    assert_eq!(lines.iter().find(|line| plain(line)), None);
    assert_eq!(lines.last(), Some(&"# 0 passed, 1 failed, 14 skipped"));
    assert_eq!(done.status, 1);
}

#[test]
fn list_shows_the_checks_and_does_none() {
    let done = grade(&["--list", "udp-echo"]);
    assert_eq!((done.status, done.stderr.as_str()), (0, ""));
    assert!(done.stdout.starts_with("a datagram comes back in upper case\n"));
    assert!(done.stdout.contains("answered (--strict)\n"));
    let all = grade(&["--list"]).stdout;
    assert!(all.contains("list names each file") && all.len() > 1000);
    let client = grade(&["--list", "--client", "udp-echo"]).stdout;
    assert!(client.contains("the reply of a stranger"));
}

#[test]
fn wrong_usage_is_status_2() {
    for args in [
        &[][..],
        &["no-such-lesson"],
        &["tcp-echo", "--patience", "never"],
        &["tcp-echo", "--only", "no check has this name"],
        &["tcp-echo", "--client", "python3", "x.py"],
        &["udp-echo", "--client"],
        &["tcp-echo", "--addr", "127.0.0.1"],
        &["tcp-echo", "--addr", "0.0.0.0:8080"],
        &["file-transfer", "--dir", "/no/such/folder"],
    ] {
        let done = grade(args);
        assert_eq!(done.status, 2, "{args:?}: {}", done.stderr);
        assert!(done.stderr.starts_with("error: "), "{}", done.stderr);
    }
}

#[test]
fn another_machine_needs_remote() {
    let done = grade(&["tcp-echo", "--addr", "192.0.2.1:8080"]);
    assert_eq!(done.status, 2);
    let wanted = "192.0.2.1:8080 is not an address of this machine";
    assert!(done.stderr.contains(wanted), "{}", done.stderr);
}

#[test]
fn the_same_seed_sends_the_same_bytes() {
    let report = |seed: &str| {
        let only = ["--only", "a line comes back", "--patience", "5"];
        let args = [&only[..], &["--seed", seed]].concat();
        let done = grade_python(&args, "dies.py", &["PORT"])?;
        let sent = |line: &&str| line.trim_start().starts_with("sent ");
        Some(done.stdout.lines().find(sent).unwrap().to_string())
    };
    let Some(first) = report("42") else { return };
    assert_eq!(report("42"), Some(first.clone()));
    assert_ne!(report("43"), Some(first));
}

/// Where nobody reads the report, grade ends quietly.
#[test]
fn a_closed_pipe_ends_it_quietly() {
    let mut grade = Command::new(env!("CARGO_BIN_EXE_grade"))
        .arg("--list")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(grade.stdout.take());
    let done = grade.wait_with_output().unwrap();
    assert!(done.stderr.is_empty());
    // It may have written everything before the pipe was closed.
    assert_eq!(done.status.code(), Some(0));
}

/// A full disk, as Linux plays it.
#[cfg(target_os = "linux")]
#[test]
fn a_report_that_cannot_be_written_is_one_line_and_status_1() {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_grade"))
        .arg("--list")
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(1));
    let stderr = String::from_utf8(done.stderr).unwrap();
    assert!(stderr.starts_with("error: cannot write the report: "));
    assert_eq!(stderr.lines().count(), 1);
}
