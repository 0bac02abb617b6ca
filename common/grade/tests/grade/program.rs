//! The program `grade`: its command line, what it says, and how it treats programs that
//! die, hang, shout and hide.

use std::fs;
use std::net::{TcpListener, UdpSocket};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};
use testing::raw::Nobody;

use crate::golden::compare;

type Serve = fn(TcpListener);

const BIN: &str = env!("CARGO_BIN_EXE_grade");

/// What a report shows in place of this machine's Python.
pub const PYTHON: &str = "python3";

/// What `grade` printed, and its status.
pub struct Done {
    pub stdout: String,
    pub stderr: String,
    pub status: i32,
}

pub fn grade(args: &[&str]) -> Done {
    grade_in(Path::new("."), args)
}

pub fn grade_in(folder: &Path, args: &[&str]) -> Done {
    let done =
        Command::new(BIN).args(args).current_dir(folder).output().unwrap();
    Done {
        stdout: String::from_utf8(done.stdout).unwrap(),
        stderr: String::from_utf8(done.stderr).unwrap(),
        status: done.status.code().unwrap(),
    }
}

/// One of the programs in Python; `None` where there is no Python.
pub fn python(name: &str) -> Option<[String; 2]> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python");
    let script = folder.join(name).to_str().unwrap().to_string();
    // The program itself: some systems put a slow script in front of it.
    let print = "import sys; print(sys.executable)";
    match Command::new(PYTHON).args(["-c", print]).output() {
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

/// An address that is free, and that the system gives to no connection meanwhile.
pub fn free_addr() -> String {
    loop {
        let port = fastrand::u16(10_000..32_000);
        let addr = std::net::SocketAddr::from(([127, 0, 0, 1], port));
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        if socket.bind(&addr.into()).is_ok() && UdpSocket::bind(addr).is_ok() {
            return addr.to_string();
        }
    }
}

/// Grades a server of lesson 1 in Python: its report, without what differs from machine
/// to machine.
fn grade_python(options: &[&str], script: &str) -> Option<Done> {
    let [python, script] = python(script)?;
    let command = ["tcp-echo", "--", &python, &script, "PORT"];
    let mut done = grade(&[options, &command].concat());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/");
    done.stdout = done.stdout.replace(&python, PYTHON);
    done.stdout = done.stdout.replace(folder.to_str().unwrap(), "");
    Some(done)
}

/// A shell script as a server of lesson 1.
fn grade_shell(options: &[&str], script: &str) -> Done {
    let command = ["tcp-echo", "--", "sh", "-c", script, "PORT"];
    grade(&[options, &command].concat())
}

// ---- The command line ----

#[test]
fn the_help_shows_examples_and_fits_a_terminal() {
    testing::check_help(BIN, &[&[]]);
}

#[test]
fn wrong_usage_is_status_2_and_says_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap().to_string();
    let udp = udp.local_addr().unwrap().to_string();
    for (args, words) in [
        (&[][..], "required"),
        (&["no-such-lesson"], "invalid value"),
        (&["tcp-echo", "--seed", "x"], "give a whole number"),
        (&["tcp-echo", "--patience", "never"], "give seconds"),
        (&["tcp-echo", "--only", "no such"], "--list shows them all"),
        (
            &["tcp-echo", "--client", "python3", "x.py"],
            "no checks for a client",
        ),
        (&["udp-echo", "--client"], "give the command"),
        (&["tcp-echo", "--addr", "127.0.0.1"], "give HOST:PORT"),
        (&["tcp-echo", "--addr", "0.0.0.0:8080"], "nothing can be sent to"),
        (&["tcp-echo", "--port", "9000"], "the address is --addr HOST:PORT"),
        (&["tcp-echo", "--addr", "192.0.2.1:80"], "no address of this machine"),
        (&["file-transfer", "--dir", "/no/such"], "is no folder"),
        (&["tcp-echo", "python3", "x.py"], "has no PORT in it"),
        (&["udp-echo", "--client", "x"], "has no PORT in it"),
        (&["tcp-echo", "--each", ".", "x", "PORT"], "no FILE in it"),
        // Somebody else's program is not graded in the place of the student's.
        (&["tcp-echo", "--addr", &addr, "true"], "listens on 127"),
        (&["udp-echo", "--addr", &udp, "true"], "listens on 127"),
        (&["udp-echo", "--client", "--addr", &udp, "true"], "cannot listen on"),
    ] {
        let done = grade(args);
        let said = done.stderr.replace("not an address", "no address");
        assert_eq!(done.status, 2, "{args:?}: {said}");
        assert!(said.starts_with("error: "), "{said}");
        assert!(said.contains(words), "{args:?}: {said}");
    }
}

#[test]
fn without_a_place_for_its_files_it_grades_nothing() {
    let mut grade = Command::new(BIN);
    let done = grade.arg("--list").env("TMPDIR", "/no/such").output().unwrap();
    if cfg!(unix) {
        let said = String::from_utf8(done.stderr).unwrap();
        assert!(said.contains("TMPDIR says where there is room"), "{said}");
        assert_eq!(done.status.code(), Some(2));
    }
}

#[test]
fn a_shell_finds_the_port_in_its_environment_and_here_is_this_folder() {
    let Some([python, script]) = python("right.py") else { return };
    let (folder, name) = script.rsplit_once('/').unwrap();
    let line = format!("test ! -L {name} && exec {python} {name} $PORT");
    let options = ["tcp-echo", "--here", "--only", "tcp-echo.line"];
    let command = ["--patience", "20", "sh", "-c", &line];
    let done = grade_in(Path::new(folder), &[&options[..], &command].concat());
    assert_eq!(done.status, 0, "{}", done.stdout);
}

// ---- Reports ----

#[test]
fn a_right_server_in_python_passes() {
    let Some(done) = grade_python(&["--patience", "20"], "right.py") else {
        return;
    };
    compare("right", &done.stdout);
    assert_eq!(done.status, 0);
}

#[test]
fn a_server_that_dies_is_started_again_and_its_last_words_are_harmless() {
    let args = ["--patience", "5", "--only", "lines"];
    let Some(done) = grade_python(&args, "dies.py") else { return };
    compare("dies", &done.stdout);
    assert_eq!(done.status, 1);
    assert!(!done.stdout.contains('\x1b'));
}

#[test]
fn of_a_program_that_does_not_start_that_is_said_once() {
    let done = grade(&["tcp-echo", "no-such-program", "PORT"]);
    compare("not_there", &done.stdout);
    for (lesson, client) in
        [("udp-echo", "--client"), ("file-transfer", "--client")]
    {
        let done = grade(&[lesson, client, "no-such-program", "PORT"]);
        assert_eq!(done.status, 1);
        let why = "no-such-program PORT cannot be started";
        assert_eq!(done.stdout.matches(why).count(), 1, "{}", done.stdout);
    }
    let tap = grade(&["tcp-echo", "--tap", "no-such-program", "PORT"]);
    compare("not_there_tap", &tap.stdout);
}

/// It crashes, or listens where nobody asks it to: what the program says comes first.
#[test]
fn a_program_that_listens_nowhere_or_elsewhere_is_told_so() {
    let done = grade_shell(&[], "echo 'my own last words' >&2; exit 3");
    let said = done.stdout;
    assert!(
        said.contains("stderr | my own last words\n         The program ended")
    );
    let Some([python, script]) = python("right.py") else { return };
    let script = format!("exec {python} {script} {}", &free_addr()[10..]);
    let done = grade_shell(&["--patience", "0.1"], &script);
    if cfg!(target_os = "linux") {
        let said = done.stdout;
        assert!(said.contains("It listens on 127.0.0.1:"), "{said}");
        assert!(said.contains("--addr says so"), "{said}");
    }
}

#[test]
fn a_running_server_is_graded_to_its_end() {
    let nobody = Nobody::new();
    let done = grade(&["tcp-echo", "--addr", &nobody.addr]);
    let report = done.stdout.replace(&nobody.addr, "ADDR");
    compare("nobody", &report);
    let serving: [(Serve, &str); 3] = [
        (
            |listener| {
                let _kept: Vec<_> = listener.incoming().collect();
            },
            "the server does not answer any more",
        ),
        (
            |listener| {
                let (mut stream, _) = listener.accept().unwrap();
                drop(listener);
                let _ = std::io::copy(
                    &mut stream.try_clone().unwrap(),
                    &mut stream,
                );
            },
            "nothing is listening any more",
        ),
        (
            |listener| {
                for mut stream in listener.incoming().flatten() {
                    std::thread::spawn(move || {
                        std::io::copy(
                            &mut stream.try_clone().unwrap(),
                            &mut stream,
                        )
                    });
                }
            },
            "with a to z as A to Z",
        ),
    ];
    for (serve, words) in serving {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap().to_string();
        std::thread::spawn(move || serve(listener));
        let done = grade(&["tcp-echo", "--patience", "0.2", "--addr", &addr]);
        assert!(done.stdout.contains(words), "{}", done.stdout);
        assert_eq!(done.status, 1);
    }
}

#[test]
fn a_class_is_one_table_and_one_array() {
    let Some([python, right]) = python("right.py") else { return };
    let class = tempfile::tempdir().unwrap();
    let path = |name: &str| class.path().join(name);
    fs::copy(right, path("ada.py")).unwrap();
    fs::write(path("bob.py"), "import os; os.kill(os.getppid(), 9)").unwrap();
    fs::write(path("cyd.py"), "raise SystemExit('not yet')").unwrap();
    let json = path(".results.json");
    let done = grade(&[
        "tcp-echo",
        "--only",
        "tcp-echo.line",
        "--each",
        class.path().to_str().unwrap(),
        "--json",
        json.to_str().unwrap(),
        &python,
        "FILE",
        "PORT",
    ]);
    // Not the seconds.
    let table: Vec<String> = done
        .stdout
        .lines()
        .map(|line| {
            line.split_whitespace()
                .filter(|w| w.parse::<f64>().is_err() || !w.contains('.'))
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    compare("class", &table.join("\n"));
    assert_eq!(done.status, 1);
    let json: serde_json::Value =
        serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
    assert_eq!(json[0]["name"], "ada.py");
    assert_eq!(json[0]["score"], 3.0);
    assert_eq!(json[2]["tests"][0]["number"], "tcp-echo.line");
    assert_eq!(json[2]["tests"][0]["max_score"], 3);
    assert_eq!(json[2]["tests"][0]["score"], 0);
}

#[test]
fn the_same_seed_sends_the_same_bytes() {
    let sent = |seed: &str| {
        let args =
            ["--only", "tcp-echo.line", "--patience", "5", "--seed", seed];
        let done = grade_python(&args, "dies.py")?;
        let sent = |line: &&str| line.trim_start().starts_with("sent ");
        Some(done.stdout.lines().find(sent).unwrap().to_string())
    };
    let Some(first) = sent("1") else { return };
    assert_eq!(sent("1"), Some(first.clone()));
    assert_ne!(sent("43"), Some(first));
}

// ---- Ends ----

#[test]
fn a_limit_ends_a_grading() {
    let start = Instant::now();
    let done = grade_shell(&["--limit", "1"], "sleep 600");
    assert!(start.elapsed() < Duration::from_secs(20));
    assert!(done.stdout.contains("0 of 19 checks passed"), "{}", done.stdout);
}

/// Where nobody reads the report, grade ends quietly; and has shown nothing to be right.
#[test]
fn a_closed_pipe_ends_it_quietly() {
    for (args, status) in
        [(&["--list"][..], 0), (&["tcp-echo", "no-such-program", "PORT"], 1)]
    {
        let mut grade = Command::new(BIN);
        grade.args(args).stdout(testing::closed_pipe());
        let done = grade.stderr(Stdio::piped()).output().unwrap();
        assert_eq!(done.stderr, b"");
        assert_eq!(done.status.code(), Some(status));
    }
}

#[test]
fn a_report_that_cannot_be_written_is_one_line_and_status_1() {
    let Some(full) = testing::full_disk() else { return };
    let done = Command::new(BIN).arg("--list").stdout(full).output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(said.starts_with("error: cannot write to standard output ("));
    assert_eq!((done.status.code(), said.lines().count()), (Some(1), 1));
}
