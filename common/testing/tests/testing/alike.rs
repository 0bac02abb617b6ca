//! What holds for the program of each lesson.

use testing::refused::run_without_threads;

use crate::program;

const LESSONS: [&str; 4] =
    ["tcp-echo", "udp-echo", "sticky-packet-demo", "file-transfer"];

#[cfg(unix)]
#[test]
fn an_argument_that_is_not_utf_8_is_wrong_usage() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::process::Command;

    let argument = OsStr::from_bytes(b"\xff:1");
    for lesson in LESSONS {
        for before in ["server", "client", "relay", "--trace"] {
            let mut command = Command::new(program(lesson));
            let done = command.arg(before).arg(argument).output().unwrap();
            let said = String::from_utf8_lossy(&done.stderr);
            assert_eq!(
                done.status.code(),
                Some(2),
                "{lesson} {before}: {said}"
            );
        }
    }
}

#[test]
fn a_tour_that_gets_no_thread_says_so() {
    let wanted = "error: cannot start a thread (the system has none left); end \
                  other programs, then try again\n";
    for lesson in LESSONS {
        if let Some(done) = run_without_threads(&program(lesson), &[]) {
            assert_eq!((done.status, &*done.stderr), (1, wanted), "{lesson}");
        }
    }
}
