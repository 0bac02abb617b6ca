//! The program `grade`: its command line, and where its report goes.

use std::net::UdpSocket;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering::Relaxed};
use std::sync::{LazyLock, Mutex};

use socket2::{Domain, Socket, Type};
use testing::Finished;

/// A program that is being started has all our sockets until it begins to run: so no port
/// is tried meanwhile.
static STARTS: Mutex<()> = Mutex::new(());

pub const BIN: &str = env!("CARGO_BIN_EXE_grade");

/// In this folder, with these words, and with these arguments, which may have spaces.
pub fn grade(folder: impl AsRef<Path>, words: &str, more: &[&str]) -> Finished {
    let mut grade = Command::new(BIN);
    grade.args(words.split_whitespace()).args(more);
    grade.current_dir(folder).stdin(Stdio::null());
    grade.stdout(Stdio::piped()).stderr(Stdio::piped());
    let started = {
        let _no_port_is_tried = STARTS.lock();
        grade.env_remove("CLICOLOR_FORCE").spawn().unwrap()
    };
    // It ends by its own limit, which a slow machine needs.
    let done = started.wait_with_output().unwrap();
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

/// A port that is free, that no other test is told, and that the system gives to no
/// connection meanwhile.
pub fn free_port() -> String {
    static NEXT: LazyLock<AtomicU16> =
        LazyLock::new(|| fastrand::u16(10_000..30_000).into());
    loop {
        let _nothing_starts = STARTS.lock();
        let port = NEXT.fetch_add(1, Relaxed);
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
fn without_a_place_for_its_files_it_grades_nothing() {
    let mut grade = Command::new(BIN);
    let done = grade.arg("--list").env("TMPDIR", "/no/such").output().unwrap();
    if cfg!(unix) {
        let said = String::from_utf8(done.stderr).unwrap();
        assert!(said.contains("TMPDIR says where there is room"), "{said}");
        assert_eq!(done.status.code(), Some(2));
    }
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
