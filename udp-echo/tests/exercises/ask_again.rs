//! Grades `ask_again`: the checks of lesson 2's client, and what they cannot see.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use grade::exercise::{failed, panicked};
use grade::{Client, Exam, Finding, How, Lesson, Step, Verdict};

use super::{fails, open};

/// The answer that is graded.
pub type AskAgain = fn(SocketAddr, &[u8], Duration, u32) -> io::Result<Vec<u8>>;

const TRIES: u32 = 4;

/// What a right answer does.
pub fn steps() -> Vec<Step<AskAgain>> {
    // Those of --strict are about what a whole client does with its lines.
    let all = Lesson::UdpEcho.client_checks().iter();
    let shared = all.filter(|check| !check.strict).map(|check| {
        Step::of(check, |ask, exam, check| client(ask, exam).check(check))
    });
    let more = [
        Step::new(
            "the answer is what the server has sent, whatever that is",
            "lesson 2, \"How it works\": one sendto is one recvfrom",
            any_answer,
        ),
        Step::new(
            "a server that never answers is asked `tries` times, which is an error",
            "lesson 2, client.rs, ask: again and again, until an answer comes",
            tries,
        ),
        Step::new(
            "a stranger who sends without end cannot make it wait without end",
            "lesson 2, client.rs, ask: the time that is left",
            chatter,
        ),
    ];
    shared.chain(more).collect()
}

/// Asks each line of its input.
fn client(ask: AskAgain, exam: &mut Exam) -> Client {
    let wait = exam.patience / 80;
    let client = Client::function(move |task| {
        let lines = task.input.strip_suffix(b"\n").unwrap_or_default();
        let lines = lines.split(|b| *b == b'\n');
        let answers = lines.map(|line| ask(task.addr, line, wait, TRIES));
        let answers = answers.collect::<io::Result<Vec<_>>>();
        let printed =
            |answers: Vec<_>| [answers.join(&b'\n'), b"\n".to_vec()].concat();
        answers.map(printed).map_err(|e| e.to_string())
    });
    client.patience(exam.patience).seed(exam.random.u64(..))
}

/// One question, asked once: the server that it came to, and who asks.
struct Asked {
    server: UdpSocket,
    client: SocketAddr,
    asking: JoinHandle<io::Result<Vec<u8>>>,
}

impl Asked {
    fn new(ask: AskAgain, exam: &mut Exam, wait: Duration) -> Verdict<Self> {
        let (server, addr) = open()?;
        let question = exam.bytes(10);
        let asked = question.clone();
        let asking = thread::spawn(move || ask(addr, &asked, wait, 1));
        let mut buffer = [0; 20];
        let (n, client) = server
            .set_read_timeout(Some(exam.patience))
            .and_then(|()| server.recv_from(&mut buffer))
            .map_err(|_| failed("It has asked nothing."))?;
        if buffer[..n] != question {
            let finding = Finding::bytes(How::Other, &question, &buffer[..n]);
            let meaning = "The datagram is not the question.";
            return Err(finding.meaning(meaning).into());
        }
        Ok(Self { server, client, asking })
    }
}

/// Not only the question in upper case.
fn any_answer(ask: AskAgain, exam: &mut Exam) -> Verdict {
    let asked = Asked::new(ask, exam, exam.patience / 2)?;
    let length = exam.random.usize(1_500..9_000);
    let answer = exam.bytes(length);
    let _ = asked.server.send_to(&answer, asked.client);
    match asked.asking.join().map_err(panicked)? {
        Ok(came) if came == answer => Ok(()),
        Ok(came) => {
            let finding = Finding::bytes(How::Different, &answer, &came);
            let meaning = "Return what the server has sent, all of it.";
            Err(finding.meaning(meaning).into())
        }
        Err(e) => Err(failed(&format!("It was answered. Its error: {e}."))),
    }
}

fn tries(ask: AskAgain, exam: &mut Exam) -> Verdict {
    let (silent, server) = open()?;
    let tries = exam.random.u32(2..7);
    let question = exam.bytes(10);
    let end = ask(server, &question, exam.patience / 100, tries);
    silent.set_nonblocking(true).map_err(fails)?;
    let mut buffer = [0; 20];
    let mut asked = 0;
    while silent.recv_from(&mut buffer).is_ok() {
        asked += 1;
    }
    let (seen, meaning) = match end {
        _ if asked != tries => (
            format!("It was to ask {tries} times, and asked {asked}."),
            "`tries` counts all of them, the first one, too.",
        ),
        Ok(answer) => (
            format!("Nobody answered, and it returned Ok({answer:?})."),
            "An empty answer is a real one: no answer is an error.",
        ),
        Err(_) => return Ok(()),
    };
    Err(Finding::new(How::Other, seen).meaning(meaning).into())
}

/// The stranger sends far more often than the wait is long.
fn chatter(ask: AskAgain, exam: &mut Exam) -> Verdict {
    // Long, so that no slow machine lets a break between two datagrams be longer.
    let asked = Asked::new(ask, exam, Duration::from_millis(500))?;
    let (stranger, _) = open()?;
    while !asked.asking.is_finished() {
        if Instant::now() > exam.deadline {
            let seen =
                "A stranger sends something again and again, and it waits.";
            let meaning = "The time must not begin again with each datagram: set a \
                           deadline when you have asked, and wait only for what is left.";
            return Err(Finding::new(How::Silence, seen)
                .meaning(meaning)
                .into());
        }
        // An error is the closed port of a client that has given up.
        let _ = stranger.send_to(b"blah", asked.client);
        thread::sleep(Duration::from_millis(1));
    }
    match asked.asking.join().map_err(panicked)? {
        Err(_) => Ok(()),
        Ok(answer) => {
            Err(failed(&format!("A stranger's word is no answer: {answer:?}.")))
        }
    }
}
