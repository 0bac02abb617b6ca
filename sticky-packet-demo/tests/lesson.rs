//! Drives the real binary, as a student does.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use testing::{PATIENCE, check_help, check_readme, run};

const BIN: &str = env!("CARGO_BIN_EXE_sticky-packet-demo");

/// What a successful run prints.
fn output(args: &[&str]) -> String {
    let done = run(BIN, args, b"");
    assert_eq!((done.status, done.stderr.as_str()), (0, ""), "{args:?}");
    done.text()
}

const ACTS: [&str; 5] = ["broken", "half-fixed", "fixed", "framed", "udp"];

#[test]
fn every_help_shows_an_example_and_fits_a_terminal() {
    let acts: Vec<[&str; 1]> = ACTS.iter().map(|act| [*act]).collect();
    let acts = acts.iter().map(|act| &act[..]);
    let others = [&[][..], &["race"], &["diff"], &["matrix"], &["relay"]];
    check_help(BIN, &others.into_iter().chain(acts).collect::<Vec<_>>());
}

#[test]
fn guessing_is_offered_where_there_is_something_to_guess() {
    for (command, offered) in [("matrix", true), ("relay", false)] {
        let help = output(&[command, "--help"]);
        assert_eq!(help.contains("--predict"), offered, "{help}");
    }
    for args in [["--predict", "relay"], ["race", "--predict"]] {
        let refused = run(BIN, &args, b"");
        assert_eq!(refused.status, 2);
        assert!(refused.stderr.contains("nothing to guess"), "{refused:?}");
    }
}

#[test]
fn a_number_out_of_range_is_answered_in_words() {
    let refused = run(BIN, &["matrix", "--messages", "0"], b"");
    let words = "give a whole number from 1 to 500";
    assert!(refused.stderr.contains(words), "{refused:?}");
}

// ---- The story ----

#[test]
fn the_whole_story_is_short() {
    let start = Instant::now();
    let story = output(&[]);
    assert!(start.elapsed() < Duration::from_secs(10));
    assert!(story.lines().count() <= 120);
    for line in story.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    for scene in 1..=10 {
        assert!(story.contains(&format!("\n{scene}. ")), "{scene}");
    }
    assert!(story.contains("prefix, exact reads"));
}

#[test]
fn an_act_alone_shows_the_same_scenes_as_in_the_story() {
    let story = output(&[]);
    for act in ACTS {
        let alone = output(&[act]);
        let (_, scenes) = alone.split_once("\n\n").unwrap();
        assert!(story.contains(scenes), "{act}");
    }
}

#[test]
fn a_hundred_runs_of_each_act_show_the_same_picture() {
    let fifty = |act| {
        let first = output(&[act]);
        for _ in 1..50 {
            assert_eq!(output(&[act]), first);
        }
        first
    };
    for act in ACTS {
        let (one, other) = thread::scope(|scope| {
            let one = scope.spawn(|| fifty(act));
            let other = scope.spawn(|| fifty(act));
            (one.join().unwrap(), other.join().unwrap())
        });
        assert_eq!(one, other);
        if act == "broken" {
            assert!(one.contains("0 of 3 intact; received: \"hello你好ok\""));
            assert!(
                one.contains("0 of 2 intact; received: \"this one is too \"")
            );
        }
    }
}

#[test]
fn half_fixed_shows_the_absurd_length_and_gives_up() {
    let text = output(&["half-fixed"]);
    assert!(text.contains("3 of 3 intact"));
    assert!(text.contains("0 of 3 intact; received: \"hel\\x00\\x00\""));
    // The letters "lo" and half a prefix.
    let length = u32::from_be_bytes([b'l', b'o', 0, 0]);
    assert!(text.contains(&format!("as length {length}.")), "{text}");
}

#[test]
fn messages_of_ones_own_are_sent_and_long_ones_shortened() {
    let long = "x".repeat(1000);
    let text = output(&["broken", "a", &long, "\x1b[31m", "last"]);
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    assert!(text.contains("(shortened: .. stands for bytes left out, "));
    assert!(!text.contains('\x1b'));

    let text = output(&["fixed", "\x1b[31m", &long, "a", "last"]);
    assert_eq!(text.matches("4 of 4 intact").count(), 2, "{text}");
    assert!(text.contains("\"\\x1b[31m\""), "{text}");
    assert!(output(&["udp", &long]).contains("1 of 1 intact"));
}

#[test]
fn a_length_is_in_hex_whatever_letter_it_looks_like() {
    let text = output(&["fixed", &"x".repeat(33)]);
    assert!(text.contains("  write    |00 00 00 21|x x x "), "{text}");
    let text = output(&["framed", &"x".repeat(33)]);
    assert!(text.contains("  write    |00 00 00 21 x x x "), "{text}");
}

#[test]
fn the_busy_reader_really_reads_each_message_before_the_next_is_sent() {
    let done = run(BIN, &["broken", "--trace"], b"");
    let calls = done.stderr.lines().filter_map(|line| {
        ["  write ", "  read "].into_iter().find(|call| line.contains(call))
    });
    let calls: Vec<_> = calls.map(str::trim).collect();
    // Scene 1, and the end of its stream; then scene 2.
    assert_eq!(calls[..6], ["write", "read"].repeat(3));
    assert_eq!(
        calls[6..12],
        ["read", "write", "write", "write", "read", "read"]
    );
}

#[test]
fn the_trace_shows_every_call_and_leaves_stdout_as_it_is() {
    let done = run(BIN, &["fixed", "--trace"], b"");
    assert_eq!(done.text(), output(&["fixed"]));
    assert!(done.stderr.contains("sender     write "), "{}", done.stderr);
    assert!(done.stderr.contains("reader #1  read "), "{}", done.stderr);
}

#[test]
fn a_message_of_ones_own_is_received_whole_to_the_last_letter() {
    let text = output(&["fixed", "a rather long message"]);
    assert!(text.contains("received: \"a rather long message\"\n"), "{text}");
}

#[test]
fn ones_own_network_delivers_the_pieces_that_were_asked_for() {
    let text = output(&["broken", "--pieces", "3,7,1"]);
    let row = "  read     |h e l|l o e4 bd a0 e5 a5|bd|o k|\n";
    assert!(text.contains(row), "{text}");
    assert!(!text.contains("1. "), "{text}");

    let text = output(&["half-fixed", "--pieces", "4,1000", "a"]);
    assert!(text.contains("1 of 1 intact"), "{text}");
    let text = output(&["half-fixed", "--pieces", "1,1000", "a"]);
    assert!(text.contains("0 of 1 intact"), "{text}");

    for act in ["fixed", "framed"] {
        let random = |seed| {
            output(&[act, "--pieces", "random", "--seed", seed, "abcdefghijkl"])
        };
        assert_eq!(random("1"), random("1"));
        assert_ne!(random("1"), random("2"));
        assert!(random("1").contains("1 of 1 intact"));
    }
}

#[test]
fn a_scene_alone_is_that_scene() {
    let text = output(&["broken", "--scene", "2"]);
    assert!(text.contains("\n2. ") && !text.contains("\n1. "), "{text}");
}

#[test]
fn the_capture_is_a_row_of_the_ruler() {
    let text = output(&["broken", "--scene", "2", "--capture"]);
    let row = "  segment  |h e l l o|e4 bd a0 e5 a5 bd|o k|\n";
    assert!(text.contains(row), "{text}");
    let file = "--capture=captures/scene-2.pcap";
    assert_eq!(output(&["broken", "--scene", "2", file]), text);
}

#[test]
fn a_capture_of_something_else_is_refused() {
    for (args, why) in [
        (
            &["broken", "--scene", "2", "--capture=README.md"][..],
            "is not a capture",
        ),
        (
            &["broken", "--scene", "2", "--capture=none"],
            "cannot read the capture",
        ),
        (&["broken", "--scene", "3", "--capture"], "shows scene 2"),
        (
            &["broken", "--scene", "4", "--capture=captures/scene-2.pcap"],
            "does not show this scene",
        ),
    ] {
        let done = run(BIN, args, b"");
        assert_eq!(done.status, 1, "{args:?}");
        assert!(done.stderr.contains(why), "{}", done.stderr);
        assert_eq!(done.stderr.lines().count(), 1);
    }
}

// ---- The race ----

/// The rows of the race: a name, three numbers, and of how many.
fn race_rows(text: &str) -> Vec<(String, Vec<usize>)> {
    let rows = text.lines().filter(|line| line.contains("  of "));
    let row = |line: &str| {
        let (name, numbers) = line.trim().split_at(30);
        let numbers = numbers.replace("of", "");
        let numbers = numbers.split_whitespace().map(|n| n.parse().unwrap());
        (name.trim().to_string(), numbers.collect())
    };
    rows.map(row).collect()
}

#[test]
fn the_race_is_won_by_exact_reads_whatever_the_others_do() {
    let start = Instant::now();
    let rows = race_rows(&output(&["race"]));
    assert!(start.elapsed() < PATIENCE);
    assert_eq!(rows.len(), 5);
    for (name, numbers) in &rows {
        let [one, two, three, all] = numbers[..] else { panic!("{name}") };
        assert!([one, two, three].iter().all(|n| *n <= all), "{name}");
    }
    let (name, last) = rows.last().unwrap();
    assert_eq!(name, "prefix, exact reads");
    assert_eq!(last, &[2000; 4]);

    // The README shows one such run, with numbers of its own.
    let readme = std::fs::read_to_string("README.md").unwrap();
    let frame = |rows: &[(String, Vec<usize>)]| -> Vec<_> {
        rows.iter().map(|(name, n)| (name.clone(), n[3])).collect()
    };
    let shown = race_rows(&readme.replace('\r', ""));
    assert_eq!(frame(&shown), frame(&rows));
}

// ---- The difference ----

#[test]
fn a_diff_shows_both_files_and_what_comes_of_them() {
    let versions = ["broken", "half-fixed", "fixed", "framed"];
    for old in versions {
        for new in versions.into_iter().filter(|new| *new != old) {
            let text = output(&["diff", old, new]);
            let lines = |sign| {
                let lines = text.lines().filter(|line| line.starts_with(sign));
                lines.count()
            };
            let (removed, added) = (lines('-'), lines('+'));
            let title = format!(": {removed} lines removed, {added} added\n");
            assert!(text.contains(&title), "{text}");
            let read = text.matches("\n  read     |").count();
            assert_eq!(read, 2, "{text}");
        }
    }
    let text = output(&["diff", "half-fixed", "fixed", "--pieces", "1"]);
    assert!(text.contains("3 of 3 intact"), "{text}");
}

// ---- The matrix ----

/// The verdict of each cell: `+` whole, `-` not.
const VERDICTS: [(&str, &str); 9] = [
    ("one read per message", "-+-+--"),
    ("bigger buffer", "-+-+--"),
    ("TCP_NODELAY", "-+-+--"),
    ("sleep between writes", "-+-+--"),
    ("newline delimiter", "+++-++"),
    ("fixed-size messages", "++-+++"),
    ("prefix, single reads", "++++--"),
    ("prefix, exact reads", "++++++"),
    ("common::frame", "++++++"),
];

#[test]
fn each_cell_of_the_matrix_has_the_verdict_that_the_lesson_gives_it() {
    for args in [
        &["--messages", "100"][..],
        &["--messages", "20", "--seed", "2"],
        &["--messages", "37", "--seed", "18446744073709551615"],
        &["--messages", "2", "--seed", "3"],
    ] {
        let text = output(&[&["matrix"], args].concat());
        for (name, verdicts) in VERDICTS {
            let row = text.lines().find(|line| line.starts_with(name)).unwrap();
            let cells = row[name.len()..].split_whitespace();
            let shown: String = cells
                .map(|cell| {
                    let (intact, sent) = cell.split_once('/').unwrap();
                    assert_eq!(sent, args[1]);
                    if intact == sent { '+' } else { '-' }
                })
                .collect();
            // The random pieces of so few messages can happen to be right.
            let n = if args[1] == "2" { 5 } else { 6 };
            assert_eq!(shown[..n], verdicts[..n], "{name} {args:?}");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_matrix() {
    let matrix = |seed| output(&["matrix", "--messages", "30", "--seed", seed]);
    assert_eq!(matrix("5"), matrix("5"));
    assert_ne!(matrix("5"), matrix("6"));
}

// ---- Manners ----

#[test]
fn colours_only_where_they_are_wanted() {
    let text = |name, value| {
        let mut command = Command::new(BIN);
        command.arg("broken");
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
            command.env_remove(name);
        }
        let output = command.env(name, value).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let plain = text("TERM", "xterm-256color"); // into a pipe
    assert!(!plain.contains('\x1b'));
    assert_eq!(text("NO_COLOR", "1"), plain);
    let coloured = text("CLICOLOR_FORCE", "1");
    let lines = coloured.lines();
    let mut writes = lines.filter(|line| line.starts_with("  write "));
    assert!(writes.next().unwrap().contains("\x1b["));
}

#[test]
fn a_closed_pipe_ends_the_story_quietly() {
    let mut command = Command::new(BIN);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let done = child.wait_with_output().unwrap();
    assert_eq!((done.status.code(), done.stderr), (Some(0), vec![]));
}

#[test]
fn wrong_usage_ends_with_status_2() {
    for args in [
        &["fix"][..],
        &["broken", ""],
        &["broken", &"x".repeat(1001)],
        &["--predict", "relay"],
        &["--predict", "race"],
        &["race", "--trace"],
        &["--predict", "diff", "broken", "fixed"],
        &["diff", "broken"],
        &["diff", "broken", "udp"],
        &["broken", "--scene", "5"],
        &["broken", "--pieces", "0"],
        &["broken", "--pieces", "3,,1"],
        &["broken", "--pieces", "3", "--scene", "2"],
        &["udp", "--pieces", "3"],
        &["matrix", "--messages", "0"],
        &["matrix", "--messages", "501"],
        &["matrix", "--seed", "x"],
        &["relay", "--pieces", "0"],
        &["relay", "--pieces", "some"],
        &["relay", "--to", "nowhere"],
        &["relay", "--pause", "-1"],
    ] {
        let done = run(BIN, args, b"");
        assert_eq!((done.status, done.stdout.len()), (2, 0), "{args:?}");
    }
}

#[test]
fn a_prediction_needs_a_terminal() {
    for args in [
        &["--predict"][..],
        &["broken", "--predict"],
        &["--predict", "half_fixed"],
        &["matrix", "--predict"],
    ] {
        let done = run(BIN, args, b"1\n2\n");
        assert_eq!((done.status, done.stdout.len()), (1, 0));
        assert_eq!(
            done.stderr,
            "error: nobody to ask for a prediction (input or output is no \
             terminal); run it in a terminal, without a pipe, or without \
             --predict\n"
        );
    }
}

// ---- The relay, as a program of its own ----

struct Relay {
    child: Child,
    addr: String,
}

impl Relay {
    fn start(to: &str, more: &[&str]) -> Self {
        let args = ["relay", "--listen", "127.0.0.1:0", "--to", to];
        let mut command = Command::new(BIN);
        command.args(args).args(more).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        let mut relay = Self { child, addr: String::new() }; // ends it in any case
        let mut stderr = BufReader::new(relay.child.stderr.take().unwrap());
        let mut line = String::new();
        while line.trim() != format!("forwarding to {to}") {
            if let Some(addr) = line.strip_prefix("listening on ") {
                relay.addr = addr.trim().into();
            }
            line.clear();
            assert!(stderr.read_line(&mut line).unwrap() > 0);
        }
        // Read on, so that the relay is never stopped by a full pipe.
        thread::spawn(move || stderr.read_to_end(&mut Vec::new()));
        relay
    }

    /// Both ends of a connection through the relay.
    fn connect(&self, behind: &TcpListener) -> (TcpStream, TcpStream) {
        let client = TcpStream::connect(&self.addr).unwrap();
        let (server, _) = behind.accept().unwrap();
        for stream in [&client, &server] {
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
        }
        (client, server)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn server() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap().to_string();
    (listener, addr)
}

#[test]
fn the_relay_passes_exact_bytes_and_a_half_close_both_ways() {
    let (behind, to) = server();
    for more in [
        &["--pieces", "1"][..],
        &["--pieces", "random", "--seed", "7", "--pause", "0"],
        &["--pieces", "glue"],
    ] {
        let relay = Relay::start(&to, more);
        let (mut client, mut server) = relay.connect(&behind);
        client.write_all(b"hello \xff\x00 there").unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        let mut got = Vec::new();
        server.read_to_end(&mut got).unwrap();
        assert_eq!(got, b"hello \xff\x00 there", "{more:?}");
        server.write_all(b"and \n back").unwrap();
        drop(server);
        let mut got = Vec::new();
        client.read_to_end(&mut got).unwrap();
        assert_eq!(got, b"and \n back", "{more:?}");
    }
}

#[test]
fn the_relay_outlives_resets_and_a_server_that_is_not_there() {
    let (behind, to) = server();
    let relay = Relay::start(&to, &["--trace"]);
    let (client, mut server) = relay.connect(&behind);
    server.write_all(b"never read").unwrap();
    client.peek(&mut [0]).unwrap();
    drop(client); // with bytes unread: a reset
    let _ = server.read_to_end(&mut Vec::new());
    drop(server);

    let (mut client, mut server) = relay.connect(&behind);
    client.write_all(b"alive").unwrap();
    let mut got = [0; 5];
    server.read_exact(&mut got).unwrap();
    assert_eq!(&got, b"alive");

    drop((client, server, behind));
    let mut client = TcpStream::connect(&relay.addr).unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    assert_eq!(client.read(&mut [0]).unwrap_or(0), 0);
}

#[test]
fn a_relay_on_a_taken_address_says_what_to_do() {
    let (_taken, addr) = server();
    let done = run(BIN, &["relay", "--listen", &addr], b"");
    assert_eq!(done.status, 1);
    assert_eq!(
        done.stderr,
        format!(
            "error: {addr} is taken by another program (address in use); stop \
             that program, or choose another port with --listen (port 0 takes \
             a free one)\n"
        )
    );
}

// ---- The README ----

#[test]
fn the_readme_shows_what_the_program_prints() {
    check_readme("README.md", BIN, &[]);
}
