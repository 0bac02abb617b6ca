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

/// What has steps: its arguments, the question where it stops, and a part of the answer.
#[cfg(target_os = "linux")]
const STEPS: [(&str, &str, &str, &str); 8] = [
    ("tcp-echo", "--step", "1. The handshake", "bind"),
    ("udp-echo", "--step", "1. No handshake", "bind"),
    ("file-transfer", "--step", "1. What does", "hello.txt"),
    ("sticky-packet-demo", "--step", "  one read()", " of 2000"),
    ("sticky-packet-demo", "race --step --messages 9", "  one read()", " of 9"),
    ("sticky-packet-demo", "broken --step", "1. A busy", "3 of 3 intact"),
    ("sticky-packet-demo", "--step fixed", "7. ", "3 of 3 intact"),
    ("sticky-packet-demo", "matrix --step", "one read per", "100"),
];

#[cfg(target_os = "linux")]
#[test]
fn with_step_everything_that_has_steps_waits_in_front_of_each_answer() {
    use std::process::Command;
    use testing::session::{END, Session};

    for (lesson, args, question, answer) in STEPS {
        let mut command = Command::new(program(lesson));
        command.args(args.split(' '));
        let mut session = Session::start(command, 80);
        let asks = |n| {
            move |rows: &[String]| {
                let stops = rows.iter().filter(|row| row.contains("(Enter)"));
                stops.count() >= n && rows.last().unwrap().ends_with("(Enter)")
            }
        };
        let rows = session.shows(asks(1)).join("\n");
        let (_, shown) = rows.split_once(question).expect(&rows);
        assert!(!shown.contains(answer), "{lesson} {args}: {shown}");
        session.type_line("");
        let rows = session.shows(asks(2)).join("\n");
        assert!(rows.contains(answer), "{lesson} {args}: {rows}");
        session.type_keys(END);
        let (status, text) = session.end();
        assert_eq!(status, 0, "{lesson} {args}: {text}");
    }
}

#[test]
fn without_a_terminal_nothing_waits_and_no_command_without_steps_takes_the_option()
 {
    let tour = testing::run(&program("tcp-echo"), &["--step"], b"");
    assert_eq!((tour.status, &*tour.stderr), (0, ""));
    assert!(tour.text().contains("7. The server is still there"));
    for args in [["--step", "server"], ["--step", "client"]] {
        let refused = testing::run(&program("tcp-echo"), &args, b"");
        let wanted = format!("error: {} has no option --step", args[1]);
        assert!(refused.stderr.starts_with(&wanted), "{}", refused.stderr);
        assert_eq!(refused.status, 2);
    }
}
