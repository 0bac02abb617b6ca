//! What a terminal shows: its width, its colours, and the guessing game.

use std::process::Command;
use std::thread;

use testing::session::{END, Session};
use unicode_width::UnicodeWidthStr;

use crate::BIN;

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
    let longest = |width| {
        let lines = written(start(&[], width, "1"));
        let longest = lines.iter().map(|line| line.width()).max();
        longest.unwrap_or_else(|| panic!("{lines:#?}"))
    };
    thread::scope(|scope| {
        let [narrow, wide] =
            [60, 100].map(|width| scope.spawn(move || longest(width)));
        assert!((55..=60).contains(&narrow.join().unwrap()));
        assert!((78..=100).contains(&wide.join().unwrap()));
    });
}

#[test]
fn messages_are_blocks_of_colour_unless_colours_are_not_wanted() {
    for (no_color, coloured) in [("", true), ("1", false)] {
        let text = written(start(&["broken"], 80, no_color)).join("\n");
        assert_eq!(text.contains("Each message that was sent"), coloured);
        assert_eq!(text.contains('\x1b'), coloured, "{text}");
    }
}

#[test]
fn an_enter_before_its_question_is_no_answer_to_it() {
    let mut session = start(&["race", "--step", "--messages=100"], 80, "1");
    for (row, keys) in [
        ("one read()", "\n"),
        ("TCP_NODELAY", "\n"),
        ("sleep 1 ms", "\n\n"), // the second while the messages are under way
        ("sleep 1 ms, reader needs 2 ms", END),
    ] {
        let stop = format!("  {row}  (Enter)");
        session.shows(|rows| rows.last() == Some(&stop));
        session.type_keys(keys);
    }
    let lines = written(session);
    let counted = lines.iter().filter(|line| line.ends_with(" of 100"));
    assert_eq!(counted.count(), 3, "{lines:#?}");
}

// ---- The game ----

/// Plays the game in a terminal of this width; returns what was on it, as lines. `seen`
/// gets the screen of each question.
fn play_at(
    width: u16,
    args: &[&str],
    answers: &[&str],
    seen: impl Fn(&[String]),
) -> Vec<String> {
    let mut session = start(&[args, &["--predict"]].concat(), width, "1");
    let mut before = Vec::new();
    for answer in answers {
        before = session.shows(|rows| {
            rows != before && rows.last().is_some_and(|row| row == ">>:")
        });
        seen(&before);
        match *answer {
            END => session.type_keys(END),
            answer => session.type_line(answer),
        }
    }
    written(session)
}

fn play(args: &[&str], answers: &[&str]) -> Vec<String> {
    play_at(80, args, answers, |_| {})
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
        "  What will the receiver take for the first message? (Enter alone: an empty",
        "  one. none: no message at all.)",
        ">>: hello",
        "  write    |h e l l o|e4 bd a0 e5 a5 bd|o k|",
    ];
    assert_eq!(part(&lines, "  Sent", 8), asked);
    let judged = [
        "  calls: 1; you said 1: right",
        r#"  first message: "hello你好ok"; you said "hello": wrong, the usual guess"#,
    ];
    assert_eq!(part(&lines, "  calls", 2), judged);
    let score = [
        "Your score: 1 right of 2.",
        "The usual guess: 1. It takes a read for what one write took.",
    ];
    assert_eq!(part(&lines, "Your score", 2), score);
}

#[test]
fn each_guess_has_its_verdict() {
    for (args, answers, verdicts) in [
        // Most people expect two reads where a length stands in front.
        ("fixed --scene 7", "6|hello", "6: wrong, the usual guess|right"),
        ("udp", "3|hello", "right|right"),
        ("broken --scene 2", "many||０|xy", "0: wrong|wrong"),
        ("broken --scene 2", "１|“hello 你好 ok”", "right|right"),
        ("broken --scene 2 a, b\"", "1|「a，b”」", "right|right"),
        ("broken --scene 4", "2|this one is too ", "right|right"),
        // The first length is cut, and the first message is empty.
        ("half-fixed --pieces 3,7,1", "2|", "right|right"),
        ("half-fixed --pieces 3,7,1", "3|hello", "3: wrong|the usual guess"),
        // Nobody types the zeros that nobody has sent.
        (
            "half-fixed --scene 6",
            "3|hel",
            "right|right, as far as can be typed",
        ),
        ("half-fixed --scene 6", "7|hel\\0\\0", "7: wrong|right"),
    ] {
        let args: Vec<_> = args.split(' ').collect();
        let answers: Vec<_> = answers.split('|').collect();
        let lines = play(&args, &answers);
        let said = lines.iter().filter(|line| line.contains("; you said"));
        let said: Vec<_> = said.collect();
        let verdicts: Vec<_> = verdicts.split('|').collect();
        assert_eq!(said.len(), verdicts.len(), "{lines:#?}");
        for (said, verdict) in said.iter().zip(verdicts) {
            assert!(said.ends_with(verdict), "{said}, not {verdict}");
        }
    }
}

#[test]
fn a_long_message_may_be_typed_as_it_is_shown() {
    let long = "abcdefghijklmnopqrstuvwxyz".repeat(3);
    let shown = "“abcdefghijklmnopqr”..“ijklmnopqrstuvwxyz”（78 bytes）";
    let lines = play(&["fixed", "--scene", "7", &long], &["13", shown]);
    part(&lines, "Your score: 2 right of 2.", 1);
}

#[test]
fn a_player_who_leaves_is_told_the_score_so_far() {
    let lines = play(&["matrix", "--messages=10"], &["2 4", "2", END]);
    let first = part(&lines, "one read per message", 2);
    assert_eq!(first[1], "  the whole row: right");
    let wrong =
        lines.iter().any(|line| line == "  your guess for newline: wrong");
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
fn the_matrix_explains_its_columns_first_and_keeps_its_heads_in_sight() {
    for width in [60, 80, 100] {
        let answers = ["", "2、4", "all", "busy, newline", "0", END];
        let lines =
            play_at(width, &["matrix", "--messages", "10"], &answers, |rows| {
                let heads = |line: &String| {
                    ["idle", "busy", "long", "newline", "1 byte", "random"]
                        .iter()
                        .all(|title| line.contains(title))
                };
                assert!(rows.iter().any(heads), "{rows:#?}");
            });
        let longest = lines.iter().max_by_key(|line| line.width()).unwrap();
        assert!(longest.width() <= width.into(), "{longest}");
        let at = |text| lines.iter().position(|line| line.contains(text));
        assert!(at("Buffer: 16 bytes").unwrap() < at(">>:").unwrap());
        assert!(at("over 64 bytes").unwrap() < at(">>:").unwrap());
        part(&lines, "Your score: 2 right of 4.", 1);
    }
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
