//! What holds for the program of each lesson.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::thread;

use testing::raw::Nobody;
use testing::refused::run_without_threads;
use testing::{Server, check_help, closed_pipe, full_disk, run, run_into};

use crate::{LESSONS, program};

/// The lessons with a server and a client, and what makes the client print a hello.
const PAIRS: [(&str, &[&str]); 3] = [
    ("tcp-echo", &[]),
    ("udp-echo", &["--timeout", "9"]),
    ("file-transfer", &["list"]),
];

/// Each command, which has a help.
const COMMANDS: [(&str, &str); 4] = [
    ("tcp-echo", " server client"),
    ("udp-echo", " server client relay"),
    (
        "sticky-packet-demo",
        " broken half-fixed fixed framed udp race diff matrix relay",
    ),
    ("file-transfer", " server client client,get client,list"),
];

#[test]
fn every_help_says_something_of_each_option_shows_an_example_and_fits() {
    for (lesson, commands) in COMMANDS {
        for command in commands.split(' ') {
            let words: Vec<&str> = command.split_terminator(',').collect();
            check_help(&program(lesson), &words);
        }
    }
}

#[test]
fn a_closed_stdout_is_quiet_and_a_full_disk_under_it_is_one_line_and_status_1()
{
    let unread = |lesson, args: &[&str]| {
        let into = |stdout| {
            run_into(&program(lesson), args, b"hello\n", stdout, Stdio::piped())
        };
        let done = into(closed_pipe());
        let end = (done.status, done.stderr.as_str());
        assert_eq!(end, (0, ""), "{lesson} {args:?}");
        let Some(full) = full_disk() else { return };
        let done = into(full);
        let said = "cannot write to standard output (no storage space)";
        assert!(done.stderr.contains(said), "{lesson} {args:?}: {done:?}");
        assert_eq!((done.status, done.stderr.lines().count()), (1, 1));
    };
    thread::scope(|scope| {
        for lesson in LESSONS {
            scope.spawn(move || unread(lesson, &[]));
            unread(lesson, &["--help"]);
        }
        for (lesson, more) in PAIRS {
            let server = Server::start(&program(lesson), &[]);
            let client = ["client", "--addr", &server.addr];
            unread(lesson, &[&client, more].concat());
        }
    });
}

#[test]
fn messages_that_nobody_reads_change_no_work_and_no_status() {
    for (lesson, more) in PAIRS {
        let bin = program(lesson);
        let mut server = Command::new(&bin)
            .args(["server", "--addr", "127.0.0.1:0", "--trace"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Its log is read up to its address, and closed then.
        let log = BufReader::new(server.stderr.take().unwrap()).lines();
        let mut words = log.map(|line| line.unwrap());
        let listening = words.find(|line| line.starts_with("listening on "));
        drop(words);
        let addr = listening.unwrap().replace("listening on ", "");
        let client = ["client", "--trace", "--addr", &addr];
        let args = [&client, more].concat();
        let unread = [Some(closed_pipe()), full_disk()].into_iter().flatten();
        let run =
            |stderr| run_into(&bin, &args, b"hello\n", Stdio::piped(), stderr);
        let done: Vec<_> = unread.map(run).collect();
        server.kill().unwrap();
        server.wait().unwrap();
        for done in done {
            let said = done.text().to_lowercase();
            assert!(done.status == 0 && said.contains("hello"), "{lesson}");
        }
    }
    let nobody = Nobody::new();
    let nobody = ["client", "--addr", &nobody.addr];
    let (bin, out) = (program("tcp-echo"), Stdio::piped());
    assert_eq!(run_into(&bin, &nobody, b"", out, closed_pipe()).status, 1);
}

#[test]
fn a_second_server_on_the_same_address_says_what_to_do() {
    let taken = PAIRS.map(|(lesson, _)| (lesson, "server", "--addr"));
    let relays = ["udp-echo", "sticky-packet-demo"]
        .map(|lesson| (lesson, "relay", "--listen"));
    for (lesson, command, option) in taken.into_iter().chain(relays) {
        let first =
            if lesson == "sticky-packet-demo" { "tcp-echo" } else { lesson };
        let server = Server::start(&program(first), &[]);
        let addr = &server.addr;
        let done = run(&program(lesson), &[command, option, addr], b"");
        let wanted = format!(
            "error: {addr} is taken by another program (address in use); stop that \
             program, or choose another port with {option} (port 0 takes a free one)\n"
        );
        assert_eq!((done.status, done.stderr), (1, wanted), "{lesson}");
    }
}

#[test]
fn a_relay_that_leads_to_itself_is_refused() {
    for lesson in ["udp-echo", "sticky-packet-demo"] {
        let is_refused = || {
            // A port that was free a moment ago. Another program can have taken it.
            let free = TcpListener::bind("127.0.0.1:0").unwrap();
            let here = &free.local_addr().unwrap().to_string();
            drop(free);
            let args = ["relay", "--listen", here, "--to", here];
            let done = run(&program(lesson), &args, b"");
            let said = format!(
                "error: cannot forward to {here} (the relay itself listens there); \
                 give the server's address with --to, or another port with --listen\n"
            );
            (done.status, done.stderr) == (1, said)
        };
        assert!((0..10).any(|_| is_refused()), "{lesson}");
    }
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_not_utf_8_is_wrong_usage() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

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
        if let Some(done) = run_without_threads(Command::new(program(lesson))) {
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
    use testing::session::{END, Session};

    for (lesson, args, question, answer) in STEPS {
        let mut command = Command::new(program(lesson));
        command.args(args.split(' '));
        let mut session = Session::start_without_waits(command, 80);
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
fn a_tour_ends_on_its_own_and_shows_every_step_in_80_columns() {
    // (Without a terminal --step waits for nobody.)
    for (lesson, steps, counted) in [
        ("tcp-echo", 7, "Reads by the server: 3."),
        ("udp-echo", 9, "Three messages took 3 recvfrom, and 1 read."),
    ] {
        let tour = run(&program(lesson), &["--step"], b"");
        assert_eq!((tour.status, &*tour.stderr), (0, ""));
        let text = tour.text();
        assert!(text.contains(counted), "{lesson}: {text}");
        for step in 1..=steps {
            assert!(text.contains(&format!("\n{step}. ")), "{lesson} {step}");
        }
        let long = text.lines().find(|line| line.chars().count() > 80);
        assert_eq!(long, None, "longer than a terminal is wide");
    }
}

/// Wrong usage, and what is said of it.
const WRONG: [(&str, &str, &str); 18] = [
    ("tcp-echo", "serve", "unrecognized subcommand 'serve'"),
    ("tcp-echo", "client --addr nonsense", "or [::1]:8080"),
    ("tcp-echo", "client --addr 127.0.0.1:65536", "a port is 0 to 65535"),
    ("tcp-echo", "client --addr 127.0.0.1:0", "after 'listening on'"),
    ("tcp-echo", "client --addr 0.0.0.0:8080", "means every network"),
    ("tcp-echo", "client --addr [::]:8080", "means every network"),
    ("tcp-echo", "client --timeout -1", "seconds, from 0.001 to 86400"),
    ("tcp-echo", "client --host=example.com", "--addr HOST:PORT"),
    ("tcp-echo", "client 9000", "--addr HOST:PORT"),
    ("tcp-echo", "server 127.0.0.1:9000", "--addr HOST:PORT"),
    ("tcp-echo", "server --port 9000", "--addr HOST:PORT"),
    ("tcp-echo", "--step server", "error: server has no option --step"),
    ("udp-echo", "server --drop-every 0", "number from 1 to 1000000"),
    ("udp-echo", "client --retries -1", "whole number from 0 to 1000000"),
    ("udp-echo", "relay 9000", "--listen HOST:PORT, --to HOST:PORT"),
    ("udp-echo", "relay --to 127.0.0.1:0", "after 'listening on'"),
    ("udp-echo", "relay --lose 101", "a whole number from 0 to 100"),
    ("file-transfer", "get a.txt", "a client does that: client get"),
];

#[test]
fn wrong_usage_ends_with_status_2_and_says_what_can_be_given() {
    for (lesson, args, said) in WRONG {
        let args: Vec<&str> = args.split(' ').collect();
        let done = run(&program(lesson), &args, b"");
        assert!(done.stderr.contains(said), "{args:?}: {}", done.stderr);
        assert_eq!((done.status, done.stdout.len()), (2, 0), "{args:?}");
    }
}
