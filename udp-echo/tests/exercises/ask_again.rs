//! Grades `ask_again`: the checks of lesson 2's client, and what they cannot see.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use grade::{Client, Exam, FakeUdpServer, Finding, How, Lesson, Step, Verdict};

use super::{fails, open};

/// The answer that is graded.
pub type AskAgain = fn(SocketAddr, &[u8], Duration, u32) -> io::Result<Vec<u8>>;

const TRIES: u32 = 4;

/// What a right answer does.
pub fn steps() -> Vec<Step<AskAgain>> {
    // Those of --strict are about what a whole client does with its lines.
    let all = Lesson::UdpEcho.client_checks().iter();
    let shared = all.filter(|check| !check.strict).map(|check| {
        Step::of(check, |ask, exam, check| {
            client(ask, exam, exam.patience / 40).check(check)
        })
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
    ];
    shared.chain(more).collect()
}

/// Asks each line of its input, and waits so long for each answer.
fn client(ask: AskAgain, exam: &mut Exam, wait: Duration) -> Client {
    let client = Client::function(move |task| {
        let lines = task.input.strip_suffix(b"\n").unwrap_or_default();
        let lines = lines.split(|b| *b == b'\n');
        let answers = lines.map(|line| ask(task.addr, line, wait, TRIES));
        let answers = answers.collect::<io::Result<Vec<_>>>();
        let printed =
            |answers: Vec<_>| [answers.join(&b'\n'), b"\n".to_vec()].concat();
        answers.map(printed).map_err(|e| e.to_string())
    });
    client.patience(exam.patience)
}

/// Not only the question in upper case.
fn any_answer(ask: AskAgain, exam: &mut Exam) -> Verdict {
    let client = client(ask, exam, exam.patience / 2);
    let mut server = FakeUdpServer::start(&client, &["question"])?;
    let asker = server.question("question")?;
    let length = exam.random.usize(1_500..9_000);
    let answer = exam.bytes(length);
    server.send(asker, &answer);
    let finished = server.finish();
    let came = finished.output.strip_suffix(b"\n").unwrap_or_default();
    if came == answer {
        return Ok(());
    }
    let finding = Finding::bytes(How::Different, &answer, came);
    let meaning = "Return what the server has sent, all of it.";
    Err(finished.explain(finding.meaning(meaning)).into())
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
