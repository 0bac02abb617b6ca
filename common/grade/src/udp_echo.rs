//! The checks of a server of lesson 2: datagrams, each for itself.

use crate::check::Check;
use crate::datagram::Asker;
use crate::finding::{Finding, How, Meaning, Verdict};
use crate::visit::Visit;

/// The longest datagram of IPv4.
const LONGEST: usize = 65_507;

/// The first one is also asked whether a server still answers.
pub const CHECKS: &[Check] = &[
    Check::server(
        "a datagram comes back in upper case",
        "lesson 2, step 1 of its tour: the message is the first thing that is sent",
        datagram,
    ),
    Check::server(
        "bytes that are no text come back, with only a to z changed",
        "lesson 1, step 3 of its tour: bytes are bytes",
        no_text,
    ),
    Check::server(
        "an empty datagram is answered by an empty one",
        "lesson 2, step 4 of its tour: the empty datagram is a real message",
        empty,
    ),
    Check::server(
        "fifty datagrams are fifty answers",
        "lesson 2, step 2 of its tour: one sendto is one recvfrom",
        boundaries,
    ),
    Check::server(
        "a datagram of 1025 bytes is not cut",
        "lesson 2, step 3 of its tour: a datagram longer than the buffer is cut",
        |visit| uncut(visit, 1025),
    ),
    Check::server(
        "the longest datagram, of 65507 bytes, is not cut",
        "lesson 2, step 3 of its tour: a datagram longer than the buffer is cut",
        |visit| uncut(visit, LONGEST),
    ),
    Check::server(
        "the answer comes from the port that was asked",
        "lesson 2, its client: replies from strangers are not taken for the answer",
        same_port,
    ),
    Check::server(
        "two clients that take turns are both answered",
        "lesson 2: no connection, each datagram brings the address of its sender",
        turns,
    ),
    Check::server(
        "clients that have gone before their answer do no harm",
        "lesson 2: no connection, nothing that could break",
        gone,
    ),
    Check::server(
        "two hundred clients at once are all answered",
        "lesson 2: no connection, each datagram brings the address of its sender",
        crowd,
    )
    .strict(),
];

fn datagram(visit: &mut Visit) -> Verdict {
    let question = visit.letters(12);
    Asker::new(visit)?
        .ask(&question)
        .when(How::Silence, "Is it a UDP server, and does it listen there?")
        .when(
            How::Different,
            "The same bytes are wanted, with a to z as A to Z, and nothing added.",
        )
}

fn no_text(visit: &mut Visit) -> Verdict {
    let question = visit.no_text();
    Asker::new(visit)?
        .ask(&question)
        .when(
            How::Different,
            "Change the bytes a to z, and no others: do not decode them (in Python: \
             data.upper() on bytes).",
        )
        .when(How::Silence, "Did it fail to decode bytes that are no text?")
}

fn empty(visit: &mut Visit) -> Verdict {
    let next = visit.letters(9);
    let mut asker = Asker::new(visit)?;
    let meaning = "A datagram of 0 bytes is a message like any other, and not the \
                   end: what never began, as a connection does, cannot end.";
    asker.ask(b"").when(How::Silence, meaning)?;
    asker.ask(&next).when(How::Silence, meaning)
}

fn boundaries(visit: &mut Visit) -> Verdict {
    let mut asker = Asker::new(visit)?;
    let questions: Vec<Vec<u8>> = (0..50)
        .map(|_| {
            let length = visit.random.usize(1..40);
            visit.letters(length)
        })
        .collect();
    for question in &questions {
        asker.send(question)?;
    }
    // In any order: nothing is guaranteed, and a server may use threads.
    let mut wanted: Vec<Vec<u8>> =
        questions.iter().map(|q| q.to_ascii_uppercase()).collect();
    while let Some(one) = wanted.first().cloned() {
        let came = asker.answer(&one).when(
            How::Silence,
            "Fifty datagrams were sent, and fewer answers came: answer each one \
             with a datagram of its own.",
        )?;
        match wanted.iter().position(|w| *w == came) {
            Some(place) => drop(wanted.swap_remove(place)),
            None => {
                return asker.same(&one, &came).when(
                    How::Different,
                    "One datagram is one message. Answer each with one datagram, \
                     and collect nothing.",
                );
            }
        }
    }
    Ok(())
}

fn uncut(visit: &mut Visit, length: usize) -> Verdict {
    let question = visit.letters(length);
    Asker::new(visit)?
        .ask(&question)
        .when(
            How::Silence,
            "A datagram that is longer than the buffer fails on some systems, and \
             is cut on others: give recvfrom room for the longest, 65535 bytes.",
        )
        .when(
            How::Different,
            "What does not fit into the buffer of recvfrom is cut off, and lost: \
             give it room for the longest datagram, 65535 bytes.",
        )
}

fn same_port(visit: &mut Visit) -> Verdict {
    let question = visit.letters(9);
    let mut asker = Asker::new(visit)?;
    asker.send(&question)?;
    let from = asker.receive_from(&question).when(
        How::Silence,
        "Answer from the socket that the question came to.",
    )?;
    if from != visit.addr {
        let seen =
            format!("{} was asked, and {from} has answered.", visit.addr);
        let mut finding = Finding::new(How::Other, seen);
        finding.meaning =
            "To the client that is a stranger. Answer from the socket \
                           that the question came to: do not open another one."
                .into();
        return Err(finding.after_sending(&question).into());
    }
    Ok(())
}

fn turns(visit: &mut Visit) -> Verdict {
    let mut clients = [Asker::new(visit)?, Asker::new(visit)?];
    for turn in 0..6 {
        let question = visit.letters(10);
        clients[turn % 2].ask(&question).when(
            How::Silence,
            "Another client had asked before. One socket serves all of them: send \
             each answer to the address that recvfrom returned with its question.",
        )?;
    }
    Ok(())
}

fn gone(visit: &mut Visit) -> Verdict {
    for _ in 0..20 {
        let question = visit.letters(10);
        Asker::new(visit)?.send(&question)?; // and the socket is closed
    }
    let question = visit.letters(10);
    Asker::new(visit)?.ask(&question).when(
        How::Silence,
        "Twenty clients asked, and did not wait. The next one gets no answer: an \
         answer that nobody takes is no reason to wait, or to stop.",
    )
}

fn crowd(visit: &mut Visit) -> Verdict {
    let mut clients = Vec::new();
    for _ in 0..200 {
        let question = visit.letters(10);
        let mut asker = Asker::new(visit)?;
        asker.send(&question)?;
        clients.push((asker, question));
    }
    for (asker, question) in &mut clients {
        // In a crowd a datagram may be lost: ask once more.
        if asker.glance(question).is_err() {
            asker.ask(question).when(
                How::Silence,
                "Answer each datagram at once, in a loop that waits for nothing else.",
            )?;
        }
    }
    Ok(())
}
