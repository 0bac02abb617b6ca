//! The checks of a client of lesson 2: a bad network, and strangers.

use std::time::Duration;

use crate::check::{Check, client};
use crate::client::{Client, Finished};
use crate::fake_udp_server::FakeUdpServer;
use crate::finding::How::{Different, Silence};
use crate::finding::{Finding, Meaning, Problem, Verdict, broken};

const ONE: &str = "lesson 2: one line is one datagram, without its newline";
const AGAIN: &str = "lesson 2, step 7 of its tour: the client asks again";
const STRANGER: &str =
    "lesson 2: replies from strangers are not taken for the answer";
const LATE: &str =
    "lesson 2: an answer that comes too late finds the old port closed";

const TWO: &str = "udp-echo.client-two-lines";
const LOST: &str = "udp-echo.client-lost";

/// From one line that is answered to a network that does everything wrong.
#[rustfmt::skip] // a check reads as a paragraph
pub const CHECKS: &[Check] = &[
    client("udp-echo.client-line", "a line is one datagram, and its answer is printed",
        ONE, |client| {
        let line = client.letters(12);
        let mut server = FakeUdpServer::start(client, &[&line])?;
        let asker = server
            .exactly(&line)
            .when(Different, "One line is one datagram, without its newline.")?;
        let answer = line.to_uppercase();
        server.answer(asker, &answer);
        let meaning = "The answer came, and belongs on stdout.";
        server.printed(&[&answer]).when(Different, meaning)
    }).points(3).basis(),
    client(TWO, "two lines are two datagrams, answered in order", ONE, |client| {
        let lines = [client.letters(9), client.letters(14)];
        let lines = lines.each_ref().map(String::as_str);
        let meaning = "Each line of the input is a datagram of its own: read the next \
            one when the answer has been printed.";
        converse(client, lines).explain(meaning)
    }).points(2),
    client("udp-echo.client-empty", "an empty line is an empty datagram", ONE, |client| {
        let next = client.letters(9);
        converse(client, ["", &next]).explain("An empty line is a datagram of 0 bytes: a \
            real message, and neither nothing nor the end.")
    }).after(&[TWO]),
    client("udp-echo.client-bytes",
        "spaces and letters of every script go and come as they are",
        "lesson 1, step 3 of its tour: bytes are bytes", |client| {
        let line = " 粘包 straße é\t";
        let mut server = FakeUdpServer::start(client, &[line])?;
        let asker = server.exactly(line).when(Different, "The line is sent as it was \
            typed, without its newline and nothing else: not stripped, and its letters \
            in UTF-8.")?;
        let answer = "粘包 STRAßE é";
        server.answer(asker, answer);
        let meaning = "The answer is printed as it came.";
        server.printed(&[answer]).when(Different, meaning)
    }),
    client("udp-echo.client-1500-bytes", "an answer of 1500 bytes is printed whole",
        ONE, |client| {
        let line = client.letters(1500);
        let mut server = FakeUdpServer::start(client, &[&line])?;
        server.serve(&line)?;
        server.printed(&[&line.to_uppercase()]).when(Different, "What does not \
            fit into the buffer of recvfrom is cut off, and lost: give it room for the \
            longest datagram, 65535 bytes.")
    }),
    client(LOST, "a question that was lost is asked again", AGAIN, |client| {
        let line = client.letters(10);
        let lost = client.random.usize(1..3);
        let mut server = FakeUdpServer::start(client, &[&line])?;
        let mut asker = server.question(&line)?;
        for _ in 0..lost {
            asker = server.question(&line).explain("The question got no answer: it was \
                lost on the way. Wait for a second or so (in Python settimeout), and ask \
                again, three times at least.")?;
        }
        server.answer(asker, &line.to_uppercase());
        server.printed(&[&line.to_uppercase()])
    }).points(2),
    client("udp-echo.client-gives-up", "a server that never answers is given up",
        AGAIN, |client| {
        let line = client.letters(10);
        let mut server = FakeUdpServer::start(client, &[&line])?;
        server.serve(&line)?;
        let usual = server.finish();
        drop(server); // its port may be the only one that the client knows
        client.be_patient();
        let mut server = FakeUdpServer::start(client, &[&line])?;
        server.question(&line)?;
        let finished = server.finish();
        if finished.success.is_none() {
            let seen = "The client still waits for an answer that does not come.";
            return finished.fails(Silence, seen, "Give up after a few \
                tries, and say that no answer came. (If it does, but later, give more \
                --patience.)");
        }
        let usual = words(&usual, &line.to_uppercase());
        let now = words(&finished, "\0");
        let Some(word) = now.iter().find(|word| !usual.contains(word)) else {
            return Ok(());
        };
        let seen = format!("No answer came, and stdout says {word:?}.");
        finished.fails(Different, seen, "Only answers belong on \
            stdout: another program may read them. Say on stderr that none came.")
    }).points(2).after(&[LOST]),
    client("udp-echo.client-stranger", "the reply of a stranger is not the answer",
        STRANGER, |client| {
        let line = client.letters(10);
        let lie = client.letters(10).to_uppercase();
        let strange = std::net::UdpSocket::bind("127.0.0.1:0");
        let stranger = strange.map_err(|e| broken("no socket", &e))?;
        let mut server = FakeUdpServer::start(client, &[&line])?;
        let asker = server.question(&line)?;
        for _ in 0..5 {
            let _gone = stranger.send_to(lie.as_bytes(), asker);
        }
        let again = server.asks_on(Duration::from_millis(100));
        server.answer(asker, &line.to_uppercase());
        let meaning = "Before the server's answer came datagrams from another address \
            (recvfrom returns it). Ignore them, and wait on, on the same socket, until \
            the time is over.";
        server.printed(&[&line.to_uppercase()]).when(Different, meaning)?;
        if again < 4 {
            return Ok(());
        }
        let seen = "It asked again at once, for each stranger that answered.";
        let finding = Finding::new(Different, seen).meaning(meaning);
        Err(server.finish().explain(finding).into())
    }),
    client("udp-echo.client-twice", "an answer that comes twice is printed once",
        LATE, |client| {
        let lines = [client.letters(10), client.letters(10)];
        let answers = lines.each_ref().map(|line| line.to_uppercase());
        let mut server = FakeUdpServer::start(client, &[&lines[0], &lines[1]])?;
        let asker = server.question(&lines[0])?;
        server.answer(asker, &answers[0]);
        server.answer(asker, &answers[0]);
        server.serve(&lines[1])?;
        server.printed(&[&answers[0], &answers[1]]).explain("The answer to the \
            first line came twice, and was taken for the answer to the second one. Open \
            a new socket for each question, or look whether the answer belongs to it.")
    }).after(&[TWO]),
    client("udp-echo.client-late", "a late answer is not taken for that of the next line",
        LATE, |client| {
        let lines = [client.letters(10), client.letters(10)];
        let answers = lines.each_ref().map(|line| line.to_uppercase());
        let mut server = FakeUdpServer::start(client, &[&lines[0], &lines[1]])?;
        let first = server.question(&lines[0])?;
        let second = server
            .question(&lines[0])
            .explain("The question got no answer: ask again after a second or so.")?;
        // Both tries are answered now: the first one late.
        server.answer(second, &answers[0]);
        server.answer(first, &answers[0]);
        server.serve(&lines[1])?;
        server.printed(&[&answers[0], &answers[1]]).explain("Both tries of the \
            first line were answered, one of them late, and the late answer was taken \
            for that of the second line. Open a new socket for each try, or look whether \
            the answer belongs to the question.")
    }).after(&[TWO, LOST]),
    client("udp-echo.client-goes-on", "a line without an answer does not end the others",
        AGAIN, |client| {
        client.be_patient();
        let lines = [client.letters(10), client.letters(11)];
        let mut server = FakeUdpServer::start(client, &[&lines[0], &lines[1]])?;
        let asker = loop {
            // The first line, however often, gets no answer.
            match server.question(&lines[1]) {
                Err(Problem::Failed(f)) if f.how == Different => {}
                other => break other,
            }
        };
        let asker = asker.explain("A line that gets no answer is an error of that line: \
            go on with the next one.")?;
        server.answer(asker, &lines[1].to_uppercase());
        server.printed(&[&lines[1].to_uppercase()])
    }).after(&[TWO, "udp-echo.client-gives-up"]).strict(),
    client("udp-echo.client-clean-end", "the end of the input is a clean end",
        ONE, |client| {
        let line = client.letters(10);
        let mut server = FakeUdpServer::start(client, &[&line])?;
        server.serve(&line)?;
        let finished = server.finish();
        if finished.success == Some(true) {
            return Ok(());
        }
        let seen = "The input ended, and the client did not end well.";
        finished.fails(Silence, seen, "The end of the input is a \
            clean end (in Python input() raises EOFError there).")
    }).strict(),
];

/// Each line is asked, and answered, and its answer printed.
fn converse(client: &Client, lines: [&str; 2]) -> Verdict {
    let mut server = FakeUdpServer::start(client, &lines)?;
    for line in lines {
        server.serve(line)?;
    }
    let answers = lines.map(str::to_uppercase);
    server.printed(&[&answers[0], &answers[1]])
}

/// What a client prints beside the answer: a prompt, a greeting.
fn words(finished: &Finished, answer: &str) -> Vec<String> {
    let text = String::from_utf8_lossy(&finished.output).replace(answer, " ");
    text.split_whitespace().map(String::from).collect()
}
