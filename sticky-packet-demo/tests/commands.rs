//! The commands beside the acts: race, diff, matrix, and what is refused.
#![allow(clippy::unwrap_used, reason = "a failed test panics")]

use std::time::{Duration, Instant};

use testing::PATIENCE;
use testing::check_help;
use testing::run;

const BIN: &str = env!("CARGO_BIN_EXE_sticky-packet-demo");

/// What a successful run prints.
fn output(args: &[&str]) -> String {
    let done = run(BIN, args, b"");
    assert_eq!((done.status, done.stderr.as_str()), (0, ""), "{args:?}");
    done.text()
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

#[test]
fn a_trace_shows_the_calls_of_every_act() {
    for args in [&["--trace"][..], &["broken", "--trace"], &["udp", "--trace"]]
    {
        let done = run(BIN, args, b"");
        assert_eq!(done.status, 0, "{args:?}");
        let calls = done.stderr.lines().filter(|line| line.contains("|hello|"));
        // Once from the sender and once to the reader, in a scene at least.
        assert!(calls.count() >= 2, "{args:?}: {}", done.stderr);
    }
}

// ---- The command line ----

#[test]
fn every_help_shows_an_example_and_fits_a_terminal() {
    let commands = ["race", "diff", "matrix", "relay", "broken", "half-fixed"];
    for command in commands.into_iter().chain(["fixed", "framed", "udp"]) {
        check_help(BIN, &[&[], &[command]]);
    }
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
    // 3 * 2000 and 3 * 400 times 1 ms, at least.
    assert!(start.elapsed() >= Duration::from_millis(7200));
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
fn the_tour_ends_with_the_whole_matrix_in_small() {
    let text = output(&[]);
    let last = text.lines().filter(|line| line.contains("/20 "));
    let names = last.map(|line| line[..28].trim_end());
    assert_eq!(names.collect::<Vec<_>>(), VERDICTS.map(|(name, _)| name));
}

#[test]
fn the_same_seed_gives_the_same_matrix() {
    let matrix = |seed| output(&["matrix", "--messages", "30", "--seed", seed]);
    assert_eq!(matrix("5"), matrix("5"));
    assert_ne!(matrix("5"), matrix("6"));
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
