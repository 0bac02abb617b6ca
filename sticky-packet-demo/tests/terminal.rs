//! What a terminal shows: its width, its colours, and the guessing game.
#![cfg(target_os = "linux")] // where the tests can be the other end of a terminal
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test panics")]

use std::process::Command;

use testing::session::{END, Session};
use unicode_width::UnicodeWidthStr;

const BIN: &str = env!("CARGO_BIN_EXE_sticky-packet-demo");

/// The program at a terminal of this width.
fn start(args: &[&str], columns: u16, no_color: &str) -> Session {
    let mut command = Command::new(BIN);
    command.args(args).env("NO_COLOR", no_color);
    Session::start(command, columns)
}

/// What it has written when it has ended well, as lines.
fn written(session: Session) -> Vec<String> {
    let (status, text) = session.end();
    assert_eq!(status, 0, "{text}");
    text.lines().map(|line| line.trim_end().to_string()).collect()
}

#[test]
fn the_tour_fits_the_terminal_and_uses_its_width() {
    for (width, longest) in [(60, 55..=60), (100, 78..=100)] {
        let lines = written(start(&[], width, "1"));
        let most = lines.iter().map(|line| line.width()).max().unwrap();
        assert!(longest.contains(&most), "{most} of {width}: {lines:#?}");
    }
}

#[test]
fn messages_are_blocks_of_colour_unless_colours_are_not_wanted() {
    let explained = |lines: &[String]| {
        lines.iter().any(|line| line == "Each message is one block of colour.")
    };
    let [coloured, plain] =
        ["", "1"].map(|none| written(start(&["broken"], 80, none)));
    assert!(explained(&coloured) && !explained(&plain));
    let escape = |lines: &[String]| lines.iter().any(|l| l.contains('\x1b'));
    assert!(escape(&coloured) && !escape(&plain));
}

// ---- The game ----

/// Plays the game; returns what was on the terminal, as lines.
fn play(args: &[&str], answers: &[&str]) -> Vec<String> {
    let args = [args, &["--predict"]].concat();
    let mut session = start(&args, 80, "1");
    for (i, answer) in answers.iter().enumerate() {
        session.shows(|rows| {
            let asked = rows.iter().filter(|row| row.starts_with(">>:"));
            asked.count() == i + 1
                && rows.last().is_some_and(|row| row == ">>:")
        });
        match *answer {
            END => session.type_keys(END),
            answer => session.type_line(answer),
        }
    }
    written(session)
}

/// The lines from one that starts with this, so many of them.
fn part<'a>(lines: &'a [String], start: &str, count: usize) -> &'a [String] {
    let at = lines.iter().position(|line| line.starts_with(start));
    let at = at.unwrap_or_else(|| panic!("{start} is not in {lines:#?}"));
    &lines[at..at + count]
}

#[test]
fn the_guess_of_a_scene_comes_first_and_the_verdict_behind_the_picture() {
    let lines = play(&["broken", "--scene", "2"], &["1", "hello"]);
    let asked = [
        r#"  Sent: "hello", "你好", "ok""#,
        "  In bytes: 5, 6, 2",
        "  How many read() calls will return bytes? (A reader may give up.)",
        ">>: 1",
        "  What will the receiver take for the first message?",
        ">>: hello",
        "  write    |h e l l o|e4 bd a0 e5 a5 bd|o k|",
    ];
    assert_eq!(part(&lines, "  Sent", 7), asked);
    let judged = [
        "  calls: 1; you said 1: right",
        r#"  first message: "hello你好ok"; you said "hello": wrong, the usual guess"#,
    ];
    assert_eq!(part(&lines, "  calls", 2), judged);
    let score = [
        "Your score: 1 right of 2.",
        "The usual guess: 1. It is that a read returns what a write took.",
    ];
    assert_eq!(part(&lines, "Your score", 2), score);
}

#[test]
fn most_people_expect_two_reads_where_a_length_stands_in_front() {
    let lines = play(&["fixed", "--scene", "7"], &["6", "hello"]);
    let asked = [
        "  In bytes: 5, 6, 2",
        "  In front of each message: 4 bytes, its length",
    ];
    assert_eq!(part(&lines, "  In bytes", 2), asked);
    let judged = "  calls: 9; you said 6: wrong, the usual guess";
    part(&lines, judged, 1);
    part(&lines, "Your score: 1 right of 2.", 1);
}

#[test]
fn of_datagrams_one_call_for_each_is_right() {
    let lines = play(&["udp"], &["3", "hello"]);
    part(&lines, "  How many recvfrom() calls", 1);
    assert!(!lines.iter().any(|line| line.contains("In front of")));
    let judged = [
        "  calls: 3; you said 3: right",
        r#"  first message: "hello"; you said "hello": right"#,
    ];
    assert_eq!(part(&lines, "  calls", 2), judged);
    assert_eq!(lines.last().unwrap(), "Your score: 2 right of 2.");
}

#[test]
fn a_player_who_leaves_is_told_the_score_so_far() {
    let lines = play(&["matrix"], &["2 4", "2", END]);
    let first = part(&lines, "one read per message", 2);
    assert_eq!(first[1], "  the whole row: right");
    let wrong = lines.iter().any(|line| line == "  newline: wrong");
    assert!(wrong, "{lines:#?}");
    assert!(!lines.iter().any(|line| line.starts_with("TCP_NODELAY")));
    part(&lines, "Your score: 1 right of 2.", 1);

    // One who leaves the story does not hear how it ends.
    let lines = play(&[], &[END]);
    assert_eq!(lines.last().unwrap(), "Your score: 0 right of 0.");
    assert!(!lines.iter().any(|line| line.contains("prefix, single reads")));

    // One who leaves a scene sees nothing of it.
    for answers in [&[END][..], &["1", END]] {
        let lines = play(&["broken", "--scene", "2"], answers);
        assert!(!lines.iter().any(|line| line.starts_with("  write")));
    }
}

#[test]
fn nobody_has_to_guess_the_zeros_that_were_never_sent() {
    let lines = play(&["half-fixed", "--scene", "6"], &["7", "hel"]);
    let judged = [
        "  calls: 3; you said 7: wrong",
        r#"  first message: "hel\x00\x00"; you said "hel": right, but for the zeros"#,
    ];
    assert_eq!(part(&lines, "  calls", 2), judged);
    part(&lines, "Your score: 1 right of 2.", 1);
}

#[test]
fn nobody_is_asked_when_the_questions_or_the_answers_go_through_a_pipe() {
    for pipe in [
        r#""$0" broken --predict | cat"#,
        r#""$0" broken --predict < /dev/null"#,
    ] {
        let mut command = Command::new("sh");
        command.args(["-c", pipe, BIN]);
        let (_, text) = Session::start(command, 80).end();
        assert!(text.contains("nobody to ask for a prediction"), "{text}");
        assert!(!text.contains(">>:"), "{text}");
    }
}
