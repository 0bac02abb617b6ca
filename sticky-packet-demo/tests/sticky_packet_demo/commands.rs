//! The commands beside the acts: race, diff, matrix, captures, and what is refused.

use std::fs;
use std::process::Command;

use testing::program::few_files;
use testing::run;

use crate::{BIN, output};

/// What a run that is refused says.
fn refused(args: &str, status: i32) -> String {
    let args: Vec<_> = args.split(' ').collect();
    let done = run(BIN, &args, b"1\n2\n");
    assert_eq!((done.status, done.stdout.len()), (status, 0), "{args:?}");
    done.stderr
}

// ---- Captures ----

#[test]
fn the_capture_is_a_row_of_the_ruler() {
    let file = "--capture=captures/scene-2.pcap";
    let text = output(&["broken", "--scene", "2", file]);
    let row = "  segment  |h e l l o|e4 bd a0 e5 a5 bd|o k|\n";
    assert!(text.contains(row), "{text}");
}

#[test]
fn a_capture_of_something_else_is_refused_on_one_line() {
    let other = "2 --capture=README.md";
    let missing = "cannot read the capture none (entity not found); make";
    let mut captures = vec![
        (other, "README.md is not a capture that can be read"),
        ("2 --capture=none", missing),
        ("2 --capture=src", "the capture src (it is not a regular file)"),
        ("4 --capture=captures/scene-2.pcap", "does not show this scene"),
    ];
    let pipe = concat!("--capture=", env!("CARGO_TARGET_TMPDIR"), "/pipe");
    let (_, path) = pipe.split_once('=').unwrap();
    let _ = fs::remove_file(path);
    let to_nobody = format!("2 {pipe}"); // nobody writes, and nobody waits
    let mut mkfifo = Command::new("mkfifo");
    if cfg!(unix) && mkfifo.arg(path).status().unwrap().success() {
        captures.push((&to_nobody, "(it is not a regular file)"));
    }
    for (args, why) in captures {
        let args = format!("broken --scene {args}");
        let done = run(BIN, &args.split(' ').collect::<Vec<_>>(), b"");
        assert_eq!((done.status, done.stderr.lines().count()), (1, 1));
        assert!(done.stderr.contains(why), "{}", done.stderr);
    }
}

// ---- The command line ----

#[test]
fn no_help_offers_what_is_refused() {
    let acts = ["broken", "half-fixed", "fixed", "framed", "udp"];
    for command in acts.into_iter().chain(["race", "diff", "matrix", "relay"]) {
        let help = output(&[command, "--help"]);
        for option in ["--predict", "--trace"] {
            let offered = help.contains(option);
            let done = run(BIN, &[command, option, "--help"], b"");
            assert_eq!(done.status == 0, offered, "{command} {option}");
        }
    }
}

#[test]
fn an_option_in_front_of_a_command_is_that_of_the_command() {
    let before = run(BIN, &["--trace", "fixed"], b"");
    let behind = run(BIN, &["fixed", "--trace"], b"");
    assert_eq!(before.stdout, behind.stdout);
    assert!(behind.stderr.contains("sender     write "), "{behind:?}");
    assert_eq!(before.stderr.lines().count(), behind.stderr.lines().count());
    for (args, wanted) in [
        ("--predict race", "race has no option --predict"),
        ("--trace race", "race has no option --trace"),
        ("--predict diff broken fixed", "diff has no option --predict"),
        ("--predict relay", "relay has no option --predict"),
        ("matrix --messages 0", "give a whole number from 1 to 500"),
        ("broken --scene -1", "the scenes here are [1, 2, 3, 4]"),
        ("race --messages 10001", "give a whole number from 1 to 10000"),
    ] {
        let said = refused(args, 2);
        assert!(said.contains(wanted), "{said}");
    }
}

#[test]
fn wrong_usage_ends_with_status_2() {
    let all = "fix|broken |broken --scene 5|broken --pieces 0|udp --pieces 3|\
               broken --pieces 3,,1|broken --pieces 3 --scene 2|\
               diff broken|diff broken udp|matrix --messages 501|matrix --seed x|\
               relay --pieces 0|relay --pieces some|relay --to nowhere|relay --pause -1";
    let too_long = format!("broken {}", "x".repeat(1001));
    for args in all.split('|').chain([&*too_long]) {
        refused(args, 2);
    }
}

#[test]
fn a_prediction_needs_a_terminal() {
    for args in ["--predict", "--predict half_fixed", "matrix --predict"] {
        assert_eq!(
            refused(args, 1),
            "error: nobody to ask for a prediction (input or output is not a \
             terminal); run it in a terminal, without a pipe, or without \
             --predict\n"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_shortage_of_descriptors_is_named_with_what_to_do() {
    for args in ["race", "broken --scene 1", "udp"] {
        let shell = format!("{}'{BIN}' {args}", few_files(4));
        let done = run("sh", &["-c", &shell], b"");
        assert_eq!(done.status, 1, "{args}");
        let why = "error: cannot open a socket (too many open files); allow";
        assert!(done.stderr.starts_with(why), "{}", done.stderr);
    }
}

// ---- The race ----

/// The rows of the race: a name, three numbers, and of how many.
fn race_rows(text: &str) -> Vec<(String, Vec<usize>)> {
    let rows = text.lines().filter(|line| line.trim().contains("  of "));
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
    let rows = race_rows(&output(&["race", "--messages", "50"]));
    assert_eq!(rows.len(), 5);
    for (name, numbers) in &rows {
        let [one, two, three, 50] = numbers[..] else { panic!("{numbers:?}") };
        assert!([one, two, three].iter().all(|n| *n <= 50), "{name}");
    }
    assert_eq!(rows[4], ("prefix, exact reads".into(), vec![50; 4]));

    // The README shows such a run, with numbers of its own.
    let readme = fs::read_to_string("README.md").unwrap();
    let names = |rows: &[(String, Vec<usize>)]| -> Vec<String> {
        rows.iter().map(|(name, _)| name.clone()).collect()
    };
    assert_eq!(names(&race_rows(&readme.replace('\r', ""))), names(&rows));
}

#[test]
fn in_the_race_a_message_that_is_alone_arrives() {
    for (name, numbers) in race_rows(&output(&["race", "--messages", "1"])) {
        assert_eq!(numbers, [1; 4], "{name}");
    }
}

// ---- The difference ----

#[test]
fn a_diff_shows_both_files_and_what_comes_of_them() {
    let versions = ["broken", "half-fixed", "fixed", "framed"];
    for old in versions {
        for new in versions.into_iter().filter(|new| *new != old) {
            let text = output(&["diff", old, new]);
            let lines =
                |sign| text.lines().filter(|l| l.starts_with(sign)).count();
            let (removed, added) = (lines('-'), lines('+'));
            let title = format!(": {removed} lines removed, {added} added\n");
            assert!(text.contains(&title), "{text}");
            assert_eq!(text.matches("\n  read     |").count(), 2, "{text}");
            if (old, new) == ("half-fixed", "fixed") {
                assert!(removed + added <= 24, "{text}");
            }
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
    let runs = [("30", "1"), ("9", "1"), ("9", "1000000"), ("2", "3")];
    let texts = runs.map(|(count, seed)| {
        let text = output(&["matrix", "--messages", count, "--seed", seed]);
        for (name, verdicts) in VERDICTS {
            let row = text.lines().find(|line| line.starts_with(name)).unwrap();
            let cells = row[name.len()..].split_whitespace();
            let cells = cells.map(|cell| if cell == count { '+' } else { '-' });
            let shown: String = cells.collect();
            // The random pieces of so few messages can happen to be right.
            let n = if count == "2" { 5 } else { 6 };
            assert_eq!(shown[..n], verdicts[..n], "{name} {count} {seed}");
        }
        text
    });
    assert_ne!(texts[1], texts[2], "another seed is another matrix");
}
