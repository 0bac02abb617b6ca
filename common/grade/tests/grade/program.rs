//! The program `grade`: its command line, and where its report goes.

use std::fs;
use std::net::{TcpListener, UdpSocket};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};
use testing::Finished;

use crate::golden::compare;

pub const BIN: &str = env!("CARGO_BIN_EXE_grade");

/// With these words, and then with these arguments that need not be words.
pub fn grade(words: &str, more: &[&str]) -> Finished {
    grade_in(Path::new("."), words, more)
}

pub fn grade_in(folder: &Path, words: &str, more: &[&str]) -> Finished {
    let mut grade = Command::new(BIN);
    grade.args(words.split_whitespace()).args(more);
    grade.current_dir(folder).stdin(Stdio::null());
    // It ends by its own limit, which a slow machine needs.
    let done = grade.env_remove("CLICOLOR_FORCE").output().unwrap();
    Finished {
        status: done.status.code().unwrap(),
        stdout: done.stdout,
        stderr: String::from_utf8(done.stderr).unwrap(),
    }
}

/// Python itself, if there is one: some systems put a slow script in front of it.
pub static PYTHON: LazyLock<Option<String>> = LazyLock::new(|| {
    let print = "import sys; print(sys.executable)";
    let done = Command::new("python3").args(["-c", print]).output();
    let done = done.ok().filter(|done| done.status.success());
    if done.is_none() {
        eprintln!("skipped: there is no python3 here");
    }
    Some(String::from_utf8(done?.stdout).unwrap().trim().to_string())
});

/// One of the programs in Python.
pub fn script(name: &str) -> String {
    format!("{}/tests/python/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A port that is free, and that the system gives to no connection meanwhile.
pub fn free_port() -> String {
    loop {
        let port = fastrand::u16(10_000..32_000);
        let addr = std::net::SocketAddr::from(([127, 0, 0, 1], port));
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        if socket.bind(&addr.into()).is_ok() && UdpSocket::bind(addr).is_ok() {
            return port.to_string();
        }
    }
}

#[test]
fn the_help_shows_examples_and_fits_a_terminal() {
    testing::check_help(BIN, &[]);
}

#[test]
fn wrong_usage_is_status_2_and_says_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let tcp_addr = format!("--addr={}", taken.local_addr().unwrap());
    let udp_addr = format!("--addr={}", udp.local_addr().unwrap());
    for (words, wanted) in [
        ("", "required"),
        ("no-such-lesson", "invalid value"),
        ("tcp-echo --seed x", "give a whole number"),
        ("tcp-echo --patience never", "give seconds"),
        ("tcp-echo --only quux", "--list shows them all"),
        ("tcp-echo --client python3 x.py", "no checks for a client"),
        ("udp-echo --client", "give the command"),
        ("tcp-echo --addr 127.0.0.1", "give HOST:PORT"),
        ("tcp-echo --addr 0.0.0.0:8080", "that means every network"),
        ("tcp-echo --port 9000", "the address is one option: --addr HOST:PORT"),
        ("tcp-echo --addr 192.0.2.1:80", "not an address of this machine"),
        ("tcp-echo python3 x.py", "has no PORT in it"),
        ("udp-echo --client x", "has no PORT in it"),
        ("tcp-echo --each . x PORT", "no FILE in it"),
        // Somebody else's program is not graded in the place of the student's.
        (&format!("tcp-echo {tcp_addr} true"), "listens on 127"),
        (&format!("udp-echo {udp_addr} true"), "listens on 127"),
        (&format!("udp-echo --client {udp_addr} true"), "cannot listen on"),
    ] {
        let done = grade(words, &[]);
        assert_eq!(done.status, 2, "{words}: {}", done.stderr);
        assert!(done.stderr.starts_with("error: "), "{}", done.stderr);
        assert!(done.stderr.contains(wanted), "{words}: {}", done.stderr);
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
    let Some(python) = PYTHON.as_deref() else { return };
    let folder = script("");
    let line = format!("test ! -L right.py && exec {python} -S right.py $PORT");
    let words = "tcp-echo --here --only tcp-echo.line --patience 20 sh -c";
    let done = grade_in(Path::new(&folder), words, &[&line]);
    assert_eq!(done.status, 0, "{}", done.text());
}

#[test]
fn a_class_is_one_table_and_one_array() {
    let Some(python) = PYTHON.as_deref() else { return };
    let class = tempfile::tempdir().unwrap();
    let path = |name: &str| class.path().join(name);
    fs::copy(script("right.py"), path("ada.py")).unwrap();
    fs::write(path("bob.py"), "import os; os.kill(os.getppid(), 9)").unwrap();
    fs::write(path("cyd.py"), "raise SystemExit('not yet')").unwrap();
    let json = path(".results.json");
    let (folder, file) = (class.path().to_str(), json.to_str());
    let json_to = [folder.unwrap(), "--json", file.unwrap()];
    let more = [&json_to[..], &[python, "-S", "FILE", "PORT"]].concat();
    let done = grade("tcp-echo --only tcp-echo.line --each", &more);
    assert_eq!(done.status, 1);
    // Not the seconds.
    let is_time =
        |word: &&str| word.contains('.') && word.parse::<f64>().is_ok();
    let line = |line: &str| {
        let words = line.split_whitespace().filter(|word| !is_time(word));
        words.collect::<Vec<_>>().join(" ") + "\n"
    };
    compare("class", &done.text().lines().map(line).collect::<String>());
    let json: serde_json::Value =
        serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
    assert_eq!(json[0]["name"], "ada.py");
    assert_eq!(json[0]["score"], 2.0);
    let test = &json[2]["tests"][0];
    assert_eq!(test["number"], "tcp-echo.line");
    assert_eq!((&test["score"], &test["max_score"]), (&0.into(), &2.into()));
}

#[test]
fn a_limit_ends_a_grading() {
    let start = Instant::now();
    let done = grade("tcp-echo --limit 1 sleep 600 PORT", &[]);
    assert!(start.elapsed() < Duration::from_secs(20));
    assert!(done.text().contains("0 of 20 checks passed"), "{}", done.text());
}

/// Where nobody reads the report, grade ends quietly; and has shown nothing to be right.
#[test]
fn a_closed_pipe_ends_it_quietly() {
    for (args, status) in
        [(&["--list"][..], 0), (&["tcp-echo", "no-such-program", "PORT"], 1)]
    {
        let pipe = testing::closed_pipe();
        let done = testing::run_into(BIN, args, b"", pipe, Stdio::piped());
        assert_eq!((done.stderr.as_str(), done.status), ("", status));
    }
}

#[test]
fn a_report_that_cannot_be_written_is_one_line_and_status_1() {
    let Some(full) = testing::full_disk() else { return };
    let done = testing::run_into(BIN, &["--list"], b"", full, Stdio::piped());
    let said = done.stderr;
    assert!(said.starts_with("error: cannot write to standard output ("));
    assert_eq!((done.status, said.lines().count()), (1, 1));
}
