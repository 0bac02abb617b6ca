//! The checks of a client of lesson 2: a bad network, and strangers.

use super::Hosting;
use super::datagrams::{Answerer, open};
use crate::check::Check;
use crate::finding::{Finding, How, Meaning, Verdict};

const ONE: &str = "lesson 2: one line is one datagram, without its newline";
const AGAIN: &str = "lesson 2, step 7 of its tour: the client asks again";
const STRANGER: &str =
    "lesson 2: replies from strangers are not taken for the answer";
const LATE: &str =
    "lesson 2: an answer that comes too late finds the old port closed";

/// From one line that is answered to a network that does everything wrong.
pub const CHECKS: &[Check] = &[
    Check::client(
        "a line is one datagram, and its answer is printed",
        ONE,
        line,
    ),
    Check::client("two lines are two datagrams, answered in order", ONE, two),
    Check::client("an empty line is an empty datagram", ONE, empty),
    Check::client("an answer of 1500 bytes is printed whole", ONE, long),
    Check::client("a question that was lost is asked again", AGAIN, lost),
    Check::client("a server that never answers is given up", AGAIN, never),
    Check::client(
        "the reply of a stranger is not the answer",
        STRANGER,
        stranger,
    ),
    Check::client("an answer that comes twice is printed once", LATE, twice),
    Check::client(
        "a late answer is not taken for that of the next line",
        LATE,
        late,
    ),
    Check::client(
        "a line without an answer does not end the others",
        AGAIN,
        goes_on,
    )
    .strict(),
    Check::client("the end of the input is a clean end", ONE, clean_end)
        .strict(),
];

fn line(hosting: &mut Hosting) -> Verdict {
    let line = hosting.letters(12);
    let mut server = Answerer::start(hosting, &[&line])?;
    let client = server.question(&line).when(
        How::Different,
        "One line is one datagram, without its newline.",
    )?;
    let answer = line.to_uppercase();
    server.answer(client, &answer);
    server
        .printed(&[&answer])
        .map(drop)
        .when(How::Different, "The answer came, and belongs on stdout.")
}

fn two(hosting: &mut Hosting) -> Verdict {
    let lines = [hosting.letters(9), hosting.letters(14)];
    let mut server = Answerer::start(hosting, &[&lines[0], &lines[1]])?;
    for line in &lines {
        let client = server.question(line).when(
            How::Different,
            "Each line is a datagram of its own, without its newline.",
        )?;
        server.answer(client, &line.to_uppercase());
    }
    let wanted = lines.map(|line| line.to_uppercase());
    server.printed(&[&wanted[0], &wanted[1]]).map(drop)
}

fn empty(hosting: &mut Hosting) -> Verdict {
    let next = hosting.letters(9);
    let meaning = "An empty line is a datagram of 0 bytes: a real message, and \
                   neither nothing nor the end.";
    let mut server = Answerer::start(hosting, &["", &next])?;
    let client = server
        .question("")
        .when(How::Different, meaning)
        .when(How::Ended, meaning)
        .when(How::Silence, meaning)?;
    server.answer(client, "");
    let client = server.question(&next).when(How::Ended, meaning)?;
    server.answer(client, &next.to_uppercase());
    server.printed(&[&next.to_uppercase()]).map(drop)
}

fn long(hosting: &mut Hosting) -> Verdict {
    let line = hosting.letters(1500);
    let mut server = Answerer::start(hosting, &[&line])?;
    let client = server.question(&line)?;
    server.answer(client, &line.to_uppercase());
    let Err(problem) = server.printed(&[&line.to_uppercase()]) else {
        return Ok(());
    };
    Err(problem).when(
        How::Different,
        "What does not fit into the buffer of recvfrom is cut off, and lost: give it \
         room for the longest datagram, 65535 bytes.",
    )
}

fn lost(hosting: &mut Hosting) -> Verdict {
    let line = hosting.letters(10);
    let lost = hosting.random.usize(1..3);
    let mut server = Answerer::start(hosting, &[&line])?;
    let mut client = server.question(&line)?;
    let meaning = "The question got no answer: it was lost on the way. Wait for a \
                   second or so (in Python settimeout), and ask again, three times \
                   at least.";
    for _ in 0..lost {
        client = server
            .again(&line)
            .when(How::Silence, meaning)
            .when(How::Ended, meaning)?;
    }
    server.answer(client, &line.to_uppercase());
    server.printed(&[&line.to_uppercase()]).map(drop)
}

fn never(hosting: &mut Hosting) -> Verdict {
    let line = hosting.letters(10);
    let mut server = Answerer::start(hosting, &[&line])?;
    server.question(&line)?;
    let finished = server.finish();
    if finished.success.is_none() {
        let seen = "The client still waits for an answer that does not come.";
        let mut finding = Finding::new(How::Silence, seen);
        finding.meaning =
            "Give up after a few tries, and say that no answer came. \
                           (If it does, but later, give more --patience.)"
                .into();
        return Err(finished.explain(finding).into());
    }
    Ok(())
}

fn stranger(hosting: &mut Hosting) -> Verdict {
    let (line, lie) = (hosting.letters(10), hosting.letters(10).to_uppercase());
    let stranger = open()?;
    let mut server = Answerer::start(hosting, &[&line])?;
    let client = server.question(&line)?;
    let _gone = stranger.send_to(lie.as_bytes(), client);
    server.answer(client, &line.to_uppercase());
    server.printed(&[&line.to_uppercase()]).map(drop).when(
        How::Different,
        "Before the server's answer came a datagram from another address (recvfrom \
         returns it). Ignore it, and wait on, on the same socket, until the time \
         is over.",
    )
}

fn twice(hosting: &mut Hosting) -> Verdict {
    let lines = [hosting.letters(10), hosting.letters(10)];
    let answers = lines.each_ref().map(|line| line.to_uppercase());
    let mut server = Answerer::start(hosting, &[&lines[0], &lines[1]])?;
    let client = server.question(&lines[0])?;
    server.answer(client, &answers[0]);
    server.answer(client, &answers[0]);
    let client = server.question(&lines[1])?;
    server.answer(client, &answers[1]);
    server.printed(&[&answers[0], &answers[1]]).map(drop).when(
        How::Different,
        "The answer to the first line came twice, and was taken for the answer to \
         the second one. Open a new socket for each question, or look whether the \
         answer belongs to it.",
    )
}

fn late(hosting: &mut Hosting) -> Verdict {
    let lines = [hosting.letters(10), hosting.letters(10)];
    let answers = lines.each_ref().map(|line| line.to_uppercase());
    let mut server = Answerer::start(hosting, &[&lines[0], &lines[1]])?;
    let first = server.question(&lines[0])?;
    let second = server.again(&lines[0]).when(
        How::Silence,
        "The question got no answer: ask again after a second or so.",
    )?;
    // Both tries are answered now: the first one late.
    server.answer(second, &answers[0]);
    server.answer(first, &answers[0]);
    let client = server.question(&lines[1])?;
    server.answer(client, &answers[1]);
    server.printed(&[&answers[0], &answers[1]]).map(drop).when(
        How::Different,
        "Both tries of the first line were answered, one of them late, and the late \
         answer was taken for that of the second line. Open a new socket for each \
         try, or look whether the answer belongs to the question.",
    )
}

fn goes_on(hosting: &mut Hosting) -> Verdict {
    let lines = [hosting.letters(10), hosting.letters(11)];
    let mut server = Answerer::start(hosting, &[&lines[0], &lines[1]])?;
    let client = loop {
        // The first line, however often, gets no answer.
        match server.question(&lines[1]) {
            Ok(client) => break client,
            Err(crate::finding::Problem::Failed(f))
                if f.how == How::Different => {}
            Err(problem) => {
                let meaning = "A line that gets no answer is an error of that line: \
                               go on with the next one.";
                return Err(problem)
                    .when(How::Ended, meaning)
                    .when(How::Silence, meaning);
            }
        }
    };
    server.answer(client, &lines[1].to_uppercase());
    server.printed(&[&lines[1].to_uppercase()]).map(drop)
}

fn clean_end(hosting: &mut Hosting) -> Verdict {
    let line = hosting.letters(10);
    let mut server = Answerer::start(hosting, &[&line])?;
    let client = server.question(&line)?;
    server.answer(client, &line.to_uppercase());
    let finished = server.finish();
    if finished.success == Some(true) {
        return Ok(());
    }
    let seen = "The input ended, and the client did not end well.";
    let mut finding = Finding::new(How::Other, seen);
    finding.meaning =
        "The end of the input is a clean end (in Python input() raises \
                       EOFError there)."
            .into();
    Err(finished.explain(finding).into())
}
