//! The checks of a client of lesson 2: a bad network, and strangers.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::places::{BYTES, ROOM};
use crate::check::{Check, client};
use crate::client::Client;
use crate::fake_udp_server::FakeUdpServer;
use crate::finding::How::{Different, Gone, Silence};
use crate::finding::{Meaning, Verdict, broken};
use crate::running::HERE;

const ONE: &str = "lesson 2, \"Two terminals\": one line is one datagram";
const AGAIN: &str = "lesson 2, step 7 of its tour: the client asks again";
const STRANGER: &str =
    "lesson 2, \"How it works\": somebody else sends something";
const LATE: &str = "lesson 2, \"How it works\": an answer comes late";

/// What it means that an answer comes when nobody waits for it any more.
const OLD: &str = "An answer to the first line was taken for the answer to the second. \
    Open a new socket for each try, or look whether the answer belongs to the question.";

/// From one line that is answered to a network that does everything wrong.
#[rustfmt::skip] // a check reads as a paragraph
pub const CHECKS: &[Check] = &[
    client("line", "a line is one datagram, and its answer is printed", |client| {
        converse(client, [12]).when(Gone, &format!("Send a datagram to {HERE}"))
            .explain("A line is one datagram, and its answer belongs on stdout as it is.")
    }).see(ONE).points(3).basis(),
    client("two-lines", "two lines are two datagrams, answered in order", |client| {
        converse(client, [14, 9]).explain("Each line of the input is a datagram of its \
            own: read the next one when the answer has been printed.")
    }).see(ONE).points(4),
    client("empty", "an empty line is an empty datagram", |client| {
        converse(client, [7, 0, 9]).explain("An empty line is a datagram of 0 bytes: a \
            real message, and neither nothing nor the end. (A DatagramSocket of Java \
            that is connected sends none.)")
    }).see(ONE).after(&["two-lines"]),
    client("bytes", "spaces and letters of every script go and come as they are",
        |client| {
        let line = " 粘包 straße é\t";
        let mut server = FakeUdpServer::start(client, &[line])?;
        let asker = server.question(line).explain("The line is sent as it was \
            typed, without its newline and nothing else: not stripped, and its letters \
            in UTF-8.")?;
        server.answer(&asker);
        server.printed(&[line])
            .when(Different, "The answer came, and belongs on stdout as it is.")?;
        match server.times("\0") {
            0 => Ok(()),
            _ => server.finish().fails(Different, "It printed bytes 0, too.", "Print as \
                many bytes as recvfrom has returned, and not the rest of its buffer."),
        }
    }).see(BYTES),
    client("1500-bytes", "an answer of 1500 bytes is printed whole", |client| {
        let (mut server, [line]) = typed(client, [1500])?;
        server.serve(&line).when(Different, "One line is one datagram, also if it is \
            long: read all of it before you send it.")?;
        server.printed(&[&line]).when(Different, ROOM)
    }).see(ONE),
    client("lost", "a question that was lost is asked again", |client| {
        let (mut server, [line]) = typed(client, [10])?;
        let mut asker = server.question(&line)?;
        for _lost in 0..client.random.usize(1..3) {
            asker = server.question(&line).explain("The question got no answer: it was \
                lost on the way. Wait for a second or so (in Python settimeout), and ask \
                again, three times at least.")?;
        }
        server.answer(&asker);
        server.printed(&[&line])
    }).see(AGAIN).points(4),
    client("gives-up", "a client gives up when the server never answers", |client| {
        let (mut server, [line]) = typed(client, [10])?;
        server.serve(&line)?;
        server.printed(&[&line])?;
        let usual = server.finish();
        if usual.success.is_none() {
            return usual.fails(Silence, "Its line was answered, and it waits on.", "The \
                end of the input ends a client (in Python a thread that waits in \
                recvfrom has to be a daemon).");
        }
        drop(server); // its port may be the only one that the client knows
        client.patience *= 2; // four tries of five seconds are twenty
        let mut server = FakeUdpServer::start(client, &[&line])?;
        server.question(&line)?;
        let finished = server.finish();
        if finished.success.is_none() {
            let seen = "The client still waits for an answer that does not come.";
            return finished.fails(Silence, seen, "Give up after a few tries, and say \
                that no answer came. (If it does, but later, give more --patience.)");
        }
        let [usual, now] = [&usual, &finished].map(|all| {
            String::from_utf8_lossy(&all.output).replace(&line.to_uppercase(), " ")
        });
        let is_new = |word: &&str| usual.split_whitespace().all(|usual| usual != *word);
        let Some(word) = now.split_whitespace().find(is_new) else { return Ok(()) };
        let seen = format!("No answer came, and stdout says {word:?}.");
        finished.fails(Different, seen, "Only answers belong on stdout: another program \
            may read them. Say on stderr that none came.")
    }).see(AGAIN).points(2).after(&["lost"]),
    client("stranger", "the reply of a stranger is not the answer", |client| {
        let (mut server, [line]) = typed(client, [10])?;
        let lie = client.letters(10).to_uppercase();
        let strange = std::net::UdpSocket::bind("127.0.0.1:0");
        let stranger = strange.map_err(|e| broken("no socket", &e))?;
        let asker = server.question(&line)?;
        for _ in 0..5 {
            let _gone = stranger.send_to(lie.as_bytes(), asker.1);
        }
        server.answer(&asker);
        let meaning = "Datagrams from another address (recvfrom returns it) came before \
            the server's answer. Ignore them, and wait on, on the same socket, until \
            the time is over.";
        server.printed(&[&line]).when(Different, meaning)?;
        let wrong = [
            (server.times(&lie) > 0, "It printed what the stranger sent, too."),
            (server.unheard() >= 4, "It asked again at once, for each stranger."),
        ];
        if let Some((_, seen)) = wrong.into_iter().find(|(is_so, _)| *is_so) {
            return server.finish().fails(Different, seen, meaning);
        }
        drop(server);
        let (mut server, [line]) = typed(client, [10])?;
        let asker = server.question(&line)?;
        let here = Arc::new(());
        let here_still = Arc::downgrade(&here);
        let goes_on = move || while here_still.upgrade().is_some() {
            let _gone = stranger.send_to(lie.as_bytes(), asker.1);
            thread::sleep(Duration::from_millis(5));
        };
        let started = thread::Builder::new().spawn(goes_on);
        started.map_err(|e| broken("no thread", &e))?;
        let asker = server.question(&line).explain("A stranger sends something again and \
            again. The time must not begin again with each datagram: set a deadline when \
            you have asked, and wait only for what is left.")?;
        drop(here); // and so the stranger goes
        server.answer(&asker);
        server.printed(&[&line]).explain(meaning)
    }).see(STRANGER).after(&["lost"]),
    client("twice", "an answer that comes twice is printed once", |client| {
        let (mut server, [first, second]) = typed(client, [10, 10])?;
        let asker = server.question(&first)?;
        server.answer(&asker);
        server.answer(&asker);
        let next = server.at_last(&second, true)?;
        server.answer(&asker); // and late
        server.answer(&next);
        server.printed(&[&first, &second]).explain(OLD)?;
        match server.times(&first) {
            ..2 => Ok(()),
            _ => server.finish().fails(Different, "The answer came twice, and was \
                printed twice.", "A question has one answer: take the next one for a \
                copy, and ignore it."),
        }
    }).see(LATE).after(&["two-lines"]),
    client("late", "a late answer is not taken for that of the next line", |client| {
        let (mut server, [line, next]) = typed(client, [10, 10])?;
        let first = server.question(&line)?;
        let second = server.at_last(&line, false).explain("The question got no answer: \
            ask again after a second or so.")?;
        server.answer(&second);
        let asker = server.at_last(&next, true)?; // more tries are answered as well
        server.answer(&first); // late
        server.answer(&asker);
        server.printed(&[&line, &next]).explain(OLD)
    }).see(LATE).after(&["two-lines", "lost", "twice"]),
    client("goes-on", "a line without an answer does not end the others", |client| {
        client.patience *= 2; // four tries of five seconds are twenty
        let (mut server, [_, next]) = typed(client, [10, 11])?;
        // The first line, however often, gets no answer.
        server.at_last(&next, false).and_then(|asker| {
            server.answer(&asker);
            server.printed(&[&next])
        }).explain("A line that gets no answer is an error of that line: go on with the \
            next one.")
    }).see(AGAIN).after(&["two-lines", "gives-up"]).strict(),
    client("clean-end", "the end of the input is a clean end", |client| {
        let (mut server, [line]) = typed(client, [10])?;
        server.serve(&line)?;
        let finished = server.finish();
        match finished.success {
            Some(true) => Ok(()),
            _ => finished.fails(Silence, "The input ended, and the client did not end \
                well.", "The end of the input is a clean end (in Python input() raises \
                EOFError there)."),
        }
    }).see(ONE).strict(),
];

/// A client whose input is lines of these lengths.
fn typed<const N: usize>(
    client: &mut Client,
    lengths: [usize; N],
) -> Verdict<(FakeUdpServer, [String; N])> {
    let lines = lengths.map(|length| client.letters(length));
    let server = FakeUdpServer::start(client, &lines)?;
    Ok((server, lines))
}

/// Each line is asked, and answered, and its answer printed.
fn converse<const N: usize>(client: &mut Client, of: [usize; N]) -> Verdict {
    let (mut server, lines) = typed(client, of)?;
    lines.iter().try_for_each(|line| server.serve(line))?;
    server.printed(&lines)
}
