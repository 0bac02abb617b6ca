//! Proves the checks of a lesson: what is wrong, and which check says so in which words.

use std::fs;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use grade::proof::{Wrong, assert_caught};
use grade::{Check, Client, Lesson, Step, Verdict};

/// Each of these fails its check in these words, and no check is without one.
#[track_caller]
pub fn prove(
    checks: &'static [Check],
    wrong: &[Wrong<&'static str>],
    grade: impl Fn(&Check, &'static str, Duration) -> Verdict
    + Copy
    + Send
    + Sync
    + 'static,
) {
    for check in checks {
        let id = check.id;
        let proven = wrong.iter().any(|(_, part, _)| id.ends_with(part));
        assert!(proven, "no wrong program for {id}");
    }
    let step = |check: &'static Check| {
        Step::new(check.id, check.explained_by, move |mistake, exam| {
            grade(check, mistake, exam.patience)
        })
    };
    assert_caught(&Vec::from_iter(checks.iter().map(step)), wrong);
}

/// Serves each connection in a thread of its own.
pub fn threads<T>(
    listener: TcpListener,
    talk: impl Fn(TcpStream) -> T + Copy + Send + 'static,
) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept()?;
        thread::spawn(move || drop(talk(stream)));
    }
}

/// Serves one connection after the other; an error ends the server.
pub fn in_turn(
    listener: TcpListener,
    talk: impl Fn(TcpStream) -> io::Result<()>,
) -> io::Result<()> {
    loop {
        talk(listener.accept()?.0)?;
    }
}

/// Clients with a mistake each: a sentence says which.
#[track_caller]
pub fn prove_clients(
    lesson: Lesson,
    client: fn(&'static str) -> Client,
    wrong: &[Wrong<&'static str>],
) {
    prove(lesson.client_checks(), wrong, move |check, mistake, patience| {
        client(mistake).patience(patience).check(check)
    });
}

/// What a loop does that spins, but leaves the processor to the other tests.
pub fn spin() {
    thread::sleep(Duration::from_millis(1));
}

/// A step of a tour has its number; everything else is a heading, and an experiment below
/// it has its number, too.
#[test]
fn what_a_check_tells_to_read_stands_on_the_page() {
    let all = Lesson::ALL.into_iter();
    for check in all.flat_map(|l| [l.checks(), l.client_checks()].concat()) {
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
