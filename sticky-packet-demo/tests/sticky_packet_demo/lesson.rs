//! The story and its acts as a student sees them, and the page that shows them.

use std::sync::LazyLock;
use std::thread;

use testing::{check_pages, run};

use crate::{BIN, output};

const ACTS: [&str; 5] = ["broken", "half-fixed", "fixed", "framed", "udp"];

// ---- The story ----

/// Told once for all tests.
static STORY: LazyLock<String> = LazyLock::new(|| output(&[]));

#[test]
fn the_whole_story_is_short_and_ends_with_the_matrix_in_small() {
    let story = &*STORY;
    assert!(story.lines().count() <= 120);
    for line in story.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    for scene in 1..=10 {
        assert!(story.contains(&format!("\n{scene}. ")), "{scene}");
    }
    let frame = "\ncommon::frame          20   20   20      20     20     20\n";
    assert!(story.contains(frame), "{story}");
}

#[test]
fn every_run_of_an_act_shows_the_same_scenes_as_the_story() {
    thread::scope(|scope| {
        for act in ACTS {
            scope.spawn(move || {
                for _ in 0..8 {
                    let alone = output(&[act]);
                    let (_, scenes) = alone.split_once("\n\n").unwrap();
                    assert!(STORY.contains(scenes), "{act}");
                }
            });
        }
    });
}

// ---- The acts ----

#[test]
fn each_act_shows_what_its_reads_returned() {
    for (args, shown) in [
        // A network that delivers 7 bytes at a time cuts for every reader.
        ("fixed", "|00 00 00 05|h e l|l o|"),
        ("framed", "|00 00 00 05|h e l|l o|"),
        // A length is in hex, whatever letter it looks like: 33 is "!".
        (
            "fixed xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "write    |00 00 00 21|x x",
        ),
        (
            "framed xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "write    |00 00 00 21 x x",
        ),
        ("broken --pieces 3,7,1", "read     |h e l|l o e4 bd a0 e5 a5|bd|o k|"),
        ("half-fixed --pieces 4,1000 a", "1 of 1 intact"),
        ("half-fixed --pieces 1,1000 a", "0 of 1 intact"),
        ("broken --scene 2", "\n2. An idle reader"),
    ] {
        let text = output(&args.split(' ').collect::<Vec<_>>());
        assert!(text.contains(shown), "{text}");
        let only_one = args.contains("--scene") || args.contains("--pieces");
        assert!(!(only_one && text.contains("\n1. ")), "{text}");
    }
}

#[test]
fn random_pieces_are_those_of_their_seed() {
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
fn messages_of_ones_own_are_sent_and_long_ones_shortened() {
    let long = "x".repeat(1000);
    let text = output(&["broken", "a", &long, "\x1b[31m", "last"]);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(text.contains("(shortened: .. stands for "));
    assert!(!text.contains('\x1b'));

    let text = output(&["fixed", "\x1b[31m", &long, "a", "last"]);
    assert_eq!(text.matches("4 of 4 intact").count(), 2, "{text}");
    assert!(text.contains("\"\\x1b[31m\""), "{text}");
    assert!(output(&["udp", &long]).contains("1 of 1 intact"));
    let text = output(&["fixed", "a rather long message"]);
    assert!(text.contains("received: \"a rather long message\"\n"), "{text}");
}

// ---- Traces ----

#[test]
fn a_trace_shows_every_call_in_its_order_and_leaves_stdout_as_it_is() {
    for act in ["fixed", "udp"] {
        let done = run(BIN, &[act, "--trace"], b"");
        assert_eq!(done.text(), output(&[act]));
        // Once from the sender and once to the reader, in a scene at least.
        assert!(done.stderr.matches("|hello|").count() >= 2, "{done:?}");
    }
    // The busy reader really reads each message before the next is sent.
    let done = run(BIN, &["broken", "--trace"], b"");
    let calls = done.stderr.lines().filter_map(|line| {
        ["  write ", "  read "].into_iter().find(|call| line.contains(call))
    });
    let calls: Vec<_> = calls.map(str::trim).take(12).collect();
    // Scene 1, and the end of its stream; then scene 2.
    let idle = ["read", "write", "write", "write", "read", "read"];
    assert_eq!(calls, [["write", "read"].repeat(3), idle.into()].concat());
}

#[test]
fn a_read_that_asks_for_nothing_is_not_the_end_of_the_stream() {
    // The reader believes in a length of 0, and gives up behind it.
    let args = ["half-fixed", "--pieces", "3,7,1", "--trace"];
    let done = run(BIN, &args, b"");
    let reads =
        done.stderr.lines().filter(|line| line.starts_with("reader #1"));
    assert!(
        !reads.clone().any(|line| line.contains("end of stream")),
        "{done:?}"
    );
    assert_eq!(reads.filter(|line| line.ends_with(" 0 bytes")).count(), 1);
}

// ---- The page ----

#[test]
fn the_readme_shows_what_the_program_prints() {
    check_pages("sticky-packet-demo", BIN);
}
