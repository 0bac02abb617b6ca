//! Grades `ask_again`: the checks of lesson 2's client, and what they cannot see.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use grade::How::{Different, Other};
use grade::{Client, Exam, FakeUdpServer, Finding, Lesson, Step};

/// The answer that is graded.
pub type AskAgain = fn(SocketAddr, &[u8], Duration, u32) -> io::Result<Vec<u8>>;

const SENDTO: &str = "lesson 2, \"How it works\": one sendto is one recvfrom";
const AGAIN: &str =
    "lesson 2, client.rs, ask: again and again, until an answer comes";

const TRIES: u32 = 4;

/// What a right answer does.
#[rustfmt::skip] // a step reads as a paragraph
pub fn steps() -> Vec<Step<AskAgain>> {
    // Those of --strict are about what a whole client does with its lines.
    let all = Lesson::UdpEcho.client_checks().iter();
    let shared = all.filter(|check| !check.strict).map(|check| {
        Step::of(check, |ask, exam, check| {
            client(ask, exam, exam.patience / 40, TRIES).check(check)
        })
    });
    let more = [
        // Not only the question in upper case.
        Step::new("the answer is what the server has sent, whatever that is", SENDTO,
            |ask, exam| {
            let client = client(ask, exam, exam.patience / 2, TRIES);
            let mut server = FakeUdpServer::start(&client, &["question"])?;
            let (_, asker) = server.question("question")?;
            let length = exam.random.usize(1_500..9_000);
            let answer = exam.bytes(length);
            server.send(asker, &answer);
            let finished = server.finish();
            let came = finished.output.strip_suffix(b"\n").unwrap_or_default();
            if came == answer {
                return Ok(());
            }
            let finding = Finding::bytes(Different, &answer, came);
            let meaning = "Return what the server has sent, all of it.";
            Err(finished.explain(finding.meaning(meaning)).into())
        }),
        Step::new("a server that never answers is asked `tries` times, which is an error",
            AGAIN, |ask, exam| {
            let tries = exam.random.usize(2..7);
            let client = client(ask, exam, exam.patience / 100, tries as u32);
            let mut server = FakeUdpServer::start(&client, &["question"])?;
            server.question("question")?;
            let finished = server.finish();
            let asked = 1 + server.unheard();
            if asked != tries {
                let seen = format!("It has to ask {tries} times, and asked {asked}.");
                return finished.fails(Other, seen, "`tries` counts all of them, the \
                    first one, too.");
            }
            if finished.success != Some(true) {
                return Ok(());
            }
            let answer = finished.output.trim_ascii_end();
            let seen = format!("Nobody answered, and it returned Ok({answer:?}).");
            finished.fails(Other, seen, "An empty answer is a real one: no answer is an \
                error.")
        }),
    ];
    shared.chain(more).collect()
}

/// Asks each line of its input, and waits so long for each answer.
fn client(ask: AskAgain, exam: &Exam, wait: Duration, tries: u32) -> Client {
    let here = exam.overheard.clone();
    let client = Client::function(move |task| {
        let ask = |line| {
            let answer = here.run(|| ask(task.addr, line, wait, tries));
            answer.unwrap_or_else(|| Err(io::Error::other("it panicked")))
        };
        let lines = task.input.strip_suffix(b"\n").unwrap_or_default();
        let lines = lines.split(|b| *b == b'\n');
        let answers = lines.map(ask).collect::<io::Result<Vec<_>>>();
        let printed =
            |answers: Vec<_>| [answers.join(&b'\n'), b"\n".to_vec()].concat();
        answers.map(printed).map_err(|e| e.to_string())
    });
    client.patience(exam.patience)
}
