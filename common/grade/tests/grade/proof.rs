//! Proves the checks of a lesson: what is wrong, and which check says so in which words.

use std::fs;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use grade::exercise::{Overheard, assert_solved};
use grade::proof::{Wrong, assert_caught};
use grade::{Check, Exam, Lesson, Server, Step, Verdict};

use crate::marks::kinds;

/// A program with a mistake; a sentence says which, or none.
type Mistake = &'static str;

/// Is it a check that a wrong answer to one of the lesson's exercises fails? Beside that
/// it is proven, and not a second time here.
fn fails_an_answer(check: &Check) -> bool {
    let lesson = check.id.split('.').next().unwrap();
    let module = lesson.replace('-', "_");
    let answers = format!("../../{lesson}/tests/{module}/answers.rs");
    let answers = fs::read_to_string(answers).unwrap();
    let rows = answers.lines().filter_map(|row| row.split_once("\" => \""));
    let mut parts = rows.filter_map(|(row, _)| row.split_once('"'));
    parts.any(|(_, part)| check.name.contains(part))
}

/// Each of these mistakes fails its check in these words, no check is without one, and a
/// program without any passes all. `grade` makes a program of a mistake.
#[track_caller]
pub fn prove(
    checks: &'static [Check],
    wrong: &[Wrong<Mistake>],
    grade: impl Fn(Mistake, &mut Exam, &Check) -> Verdict
    + Clone
    + Send
    + Sync
    + 'static,
) {
    let step = |check: &'static Check| {
        let id = check.id;
        let proven = wrong.iter().any(|(_, part, _)| id.ends_with(part));
        assert!(proven || fails_an_answer(check), "nothing fails {id}");
        let grade = grade.clone();
        let grade = move |m, exam: &mut Exam| grade(m, exam, check);
        Step::new(id, check.explained_by, grade)
    };
    let steps = Vec::from_iter(checks.iter().map(step));
    thread::scope(|scope| {
        scope.spawn(|| assert_solved(&steps, ""));
        assert_caught(&steps, wrong);
    });
}

/// With the lowest byte of a length first, only the check of that fails: the rest is
/// graded in the order that the program has.
pub fn fails_only_the_byte_order(
    checks: &[Check],
    mut grade: impl FnMut(&Check) -> Verdict,
) {
    // It says nothing for seconds.
    let quick = checks.iter().filter(|check| !check.id.contains("silent"));
    let failed = quick.filter(|check| grade(check).is_err());
    let failed = failed.map(|c| c.id.ends_with("byte-order"));
    assert_eq!(Vec::from_iter(failed), [true]);
}

/// A server on a free port: `talk` is what it does with a connection. Some mistakes are
/// made with all of them.
pub fn serving(
    m: Mistake,
    talk: impl Fn(TcpStream) -> io::Result<()> + Clone + Send + 'static,
) -> Server {
    let serve = move |listener: &TcpListener| -> io::Result<()> {
        let mut kept = Vec::new();
        for number in 0.. {
            let (stream, _) = listener.accept()?;
            let talk = talk.clone();
            if m == "throws out the silent" {
                stream.set_read_timeout(Some(Duration::from_secs(1)))?;
            }
            match m {
                "serves ten at most" if number >= 10 => kept.push(stream),
                "spins"
                | "serves in turn"
                | "any error is the end"
                | "a failed write ends it"
                | "the original" => talk(stream)?,
                _ => drop(thread::spawn(move || talk(stream))),
            }
        }
        Ok(())
    };
    Server::at(Overheard::default().serving(serve).unwrap())
}

/// What a loop does that spins, but leaves the processor to the other tests.
pub fn spin() {
    thread::sleep(Duration::from_millis(50));
}

/// A step of a tour has its number; everything else is a heading, and an experiment below
/// it has its number, too.
#[test]
fn what_a_check_tells_to_read_stands_on_the_page() {
    for check in kinds().flatten() {
        let place = check.explained_by;
        let n: usize = place[7..8].parse().unwrap();
        let lesson = Lesson::ALL[n - 1].name();
        let page = fs::read_to_string(format!("../../{lesson}/README.md"));
        let page = page.unwrap().replace('`', "");
        if place[8..].starts_with(", step ") {
            continue;
        }
        let parts: Vec<_> = place.split('"').collect();
        let [_, heading, rest] = parts[..] else { panic!("{place}") };
        let is_heading = |l: &&str| l.starts_with('#') && l.contains(heading);
        let mut below = page.lines().skip_while(|l| !is_heading(l));
        assert!(below.next().is_some(), "{place}");
        let number = rest.strip_prefix(", ").and_then(|n| n.split(':').next());
        if let Some(number) = number {
            let title = format!("{number}. **");
            assert!(below.any(|l| l.starts_with(&title)), "{place}");
        }
    }
}
