//! Proves the checks of a lesson: what is wrong, and which check says so in which words.
//!
//! `tests/wrong` has a file for each kind of program. A block of it is a check, a mistake
//! that fails it, and what that means to the student; or what is right.
//! `UPDATE_README=1 cargo test -p grade` writes the words again.

use std::net::{TcpListener, TcpStream};
use std::time::Duration;
use std::{fs, io, thread};

use grade::exercise::assert_solved;
use grade::proof::{Wrong, assert_caught};
use grade::{
    Check, Client, Exam, Finding, Lesson, Problem, Server, Step, Verdict,
};
use socket2::SockRef;

/// A program with a mistake; a sentence says which, or that there is none.
pub type Mistake = &'static str;

/// No mistake.
pub const RIGHT: Mistake = "no mistake";
/// The rest is graded in the order that the program has.
pub const OTHER_ORDER: Mistake = "lowest byte first";

/// Is it a check that a wrong answer to one of the lesson's exercises fails? Beside that
/// it is proven, and not a second time here.
fn fails_an_answer(lesson: Lesson, check: &Check) -> bool {
    let lesson = lesson.name();
    let module = lesson.replace('-', "_");
    let answers = format!("../../{lesson}/tests/{module}/answers.rs");
    let answers = fs::read_to_string(answers).unwrap();
    let rows = answers.lines().filter_map(|row| row.split_once("\" => \""));
    let mut parts = rows.filter_map(|(row, _)| row.split_once('"'));
    parts.any(|(_, part)| check.name.contains(part))
}

/// Every block of this lesson's file is true of such servers.
#[track_caller]
pub fn prove_servers(
    lesson: Lesson,
    server: impl Fn(Mistake) -> Server + Clone + Send + Sync + 'static,
) {
    let checks = lesson.checks();
    prove(lesson, "server", checks, move |m, patience, check| {
        let mut server = server(m).patience(patience);
        if m == OTHER_ORDER {
            server.check(&checks[0])?; // which tells that it has this order
        }
        server.check(check)
    });
}

/// The same of such clients.
#[track_caller]
pub fn prove_clients(lesson: Lesson, client: fn(Mistake) -> Client) {
    let checks = lesson.client_checks();
    prove(lesson, "client", checks, move |m, patience, check| {
        client(m).patience(patience).check(check)
    });
}

/// `grade` makes a program of a mistake, and checks it.
#[track_caller]
fn prove(
    lesson: Lesson,
    kind: &str,
    checks: &'static [Check],
    grade: impl Fn(Mistake, Duration, &Check) -> Verdict
    + Clone
    + Send
    + Sync
    + 'static,
) {
    let file = format!("tests/wrong/{}-{kind}.txt", lesson.name());
    let text: &'static str = fs::read_to_string(&file).unwrap().leak();
    let blocks = Vec::from_iter(text.split("\n\n").map(block));
    if testing::finding::updating() {
        let now = |block: &_| refreshed(block, checks, &grade);
        let blocks: Vec<String> = blocks.iter().map(now).collect();
        return fs::write(file, blocks.join("\n")).unwrap();
    }
    let step = |check: &'static Check| {
        let grade = grade.clone();
        let grade = move |m, exam: &mut Exam| grade(m, exam.patience, check);
        Step::new(check.id, check.explained_by, grade)
    };
    let (right, wrong): (Vec<_>, Vec<_>) =
        blocks.into_iter().partition(|(.., words)| *words == "ok");
    for check in checks {
        let proven = wrong.iter().any(|(_, id, _)| *id == check.id);
        let proven = proven || fails_an_answer(lesson, check);
        assert!(proven, "nothing fails {}", check.id);
    }
    thread::scope(|scope| {
        for (mistake, which, _) in right {
            let passes = |check: &&Check| match which.split_once("all but ") {
                Some((_, id)) => check.id != id,
                None => which == "all" || check.id == which,
            };
            let steps = Vec::from_iter(checks.iter().filter(passes).map(step));
            scope.spawn(move || assert_solved(&steps, mistake));
        }
        assert_caught(&Vec::from_iter(checks.iter().map(step)), &wrong);
    });
}

/// A block of a file: a check, or "all", and a mistake; below it what the check says, or
/// "ok".
fn block(text: &'static str) -> Wrong<Mistake> {
    let (head, words) = text.split_once('\n').unwrap();
    let (check, mistake) = head.split_once(": ").unwrap();
    let words: Vec<&str> = words.lines().map(str::trim).collect();
    (mistake, check, words.join(" ").leak())
}

/// Enough to find what waits without end.
const SHORT: Duration = Duration::from_millis(500);

/// The same as text, with the words of now where the check says them no more.
fn refreshed(
    (mistake, id, words): &Wrong<Mistake>,
    checks: &[Check],
    grade: impl Fn(Mistake, Duration, &Check) -> Verdict,
) -> String {
    let check = checks.iter().find(|check| check.id == *id);
    let now = check.map(|check| grade(mistake, SHORT, check));
    let mut words = *words;
    if let Some(Err(Problem::Failed(finding))) = now
        && !finding.lines().join(" ").contains(words)
    {
        words = finding.meaning.leak();
    }
    let lines = Finding::default().meaning(words).lines();
    format!("{id}: {mistake}\n    {}\n", lines.join("\n    "))
}

/// A server on a free port: `talk` is what it does with a connection. Some mistakes are
/// made with all of them.
pub fn serving(
    m: Mistake,
    talk: impl Fn(TcpStream) -> io::Result<()> + Clone + Send + 'static,
) -> Server {
    let is = |e: &io::Error| m.ends_with(&format!("{:?}", e.kind()));
    let serve = move |listener: &TcpListener| -> io::Result<()> {
        let mut kept = Vec::new();
        for number in 0.. {
            let (stream, _) = listener.accept()?;
            let talk = talk.clone();
            if m == "throws out the silent" {
                stream.set_read_timeout(Some(Duration::from_secs(1)))?;
            }
            if m == "drops what does not fit" || m == "one writes" {
                // It is soon full, on a busy machine, too.
                SockRef::from(&stream).set_send_buffer_size(1 << 18)?;
            }
            match m {
                "serves ten at most" if number >= 10 => kept.push(stream),
                m if m.starts_with("in turn") => match talk(stream) {
                    Err(e) if m.contains(" of ") && !is(&e) => {}
                    ended => ended?,
                },
                _ => drop(thread::spawn(move || talk(stream))),
            }
        }
        Ok(())
    };
    Server::at(grade::Overheard::default().serving(serve).unwrap())
}

/// Turns a loop without end, but leaves the processor to the other tests.
pub fn spin() -> ! {
    loop {
        thread::sleep(Duration::from_secs(1));
    }
}
