//! The acts, as a student sees them.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

use std::process::Command;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use testing::{check_pages, run};

const BIN: &str = env!("CARGO_BIN_EXE_sticky-packet-demo");

/// What a successful run prints.
fn output(args: &[&str]) -> String {
    let done = run(BIN, args, b"");
    assert_eq!((done.status, done.stderr.as_str()), (0, ""), "{args:?}");
    done.text()
}

const ACTS: [&str; 5] = ["broken", "half-fixed", "fixed", "framed", "udp"];

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
fn a_network_that_delivers_7_bytes_at_a_time_cuts_for_every_reader() {
    for (act, read) in [
        ("half-fixed", "|00 00 00 05|h e l|l o "),
        ("fixed", "|00 00 00 05|h e l|l o|"),
        ("framed", "|00 00 00 05|h e l|l o|"),
    ] {
        assert!(output(&[act]).contains(read), "{act}");
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

// ---- The README ----

#[test]
fn the_readme_shows_what_the_program_prints() {
    check_pages("sticky-packet-demo", BIN, &[]);
}
