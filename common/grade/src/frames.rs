//! The checks of a server of lesson 3, which sends each frame back in upper case.

use common::frame::{MAX_PAYLOAD, write_frame};

use crate::check::Check;
use crate::finding::{Finding, How, Meaning, Verdict};
use crate::talk::Talk;
use crate::visit::Visit;

const CUTS: &str = "lesson 3, act \"fixed\": read on until each part is whole";
const GLUED: &str = "lesson 3, act \"broken\": an idle reader";
const LIMITS: &str = "lesson 3, act \"framed\": limits and typed errors";

/// The first one is also asked whether a server still answers.
pub const CHECKS: &[Check] = &[
    Check::server(
        "a frame comes back in upper case",
        "lesson 3, act \"half-fixed\": a length in front",
        one,
    ),
    Check::server(
        "a client that closes ends its own connection only",
        "lesson 1, step 5 of its tour: an orderly close",
        closes,
    ),
    Check::server("frames that come in one piece are told apart", GLUED, glued),
    Check::server(
        "two frames come back, wherever the stream is cut",
        CUTS,
        every_cut,
    ),
    Check::server(
        "frames that come one byte at a time come back",
        CUTS,
        single_bytes,
    ),
    Check::server(
        "the longest frame, of 65536 bytes, comes back",
        CUTS,
        longest,
    ),
    Check::server(
        "a hundred frames in random pieces come back in order",
        CUTS,
        many,
    ),
    Check::server(
        "a length of 0 gets no answer and harms nobody else",
        LIMITS,
        zero,
    ),
    Check::server(
        "a length of 4 GiB is refused, and not waited for",
        LIMITS,
        giant,
    ),
    Check::server(
        "a stream that ends inside a frame harms nobody else",
        LIMITS,
        cut,
    ),
    Check::server(
        "three clients at once are answered, the silent one last",
        "lesson 1, one thread for each connection: try two clients",
        three,
    ),
    Check::server(
        "a goodbye between two frames is answered by nothing but an end",
        "lesson 3, act \"fixed\": None when the sender has finished",
        goodbye,
    )
    .strict(),
];

/// The frame of this payload. (`write_frame` refuses none that a check uses.)
fn frame(payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = write_frame(&mut bytes, payload);
    bytes
}

/// Random frames one behind the other, and the answer to them.
fn frames(visit: &mut Visit, lengths: &[usize]) -> (Vec<u8>, Vec<u8>) {
    let (mut sent, mut wanted) = (Vec::new(), Vec::new());
    for length in lengths {
        let payload = visit.letters(*length);
        sent.extend(frame(&payload));
        wanted.extend(frame(&payload.to_ascii_uppercase()));
    }
    (sent, wanted)
}

fn one(visit: &mut Visit) -> Verdict {
    let (sent, wanted) = frames(visit, &[12]);
    let mut talk = visit.connect()?;
    talk.send(&sent)?;
    talk.expect(&wanted)
        .when(
            How::Different,
            "A frame is its length in four bytes, highest first (in Python \
             struct.pack(\"!I\", n)), and then that many bytes.",
        )
        .when(
            How::Silence,
            "Is the length read as four bytes, highest first? The lowest first \
             makes a giant of 12.",
        )
        .when(
            How::Ended,
            "Look at what your server prints: it may have failed.",
        )
}

/// A new client is answered.
fn next_is_served(visit: &mut Visit, meaning: &str) -> Verdict {
    let (sent, wanted) = frames(visit, &[7]);
    let answered = visit.connect().and_then(|mut talk| {
        talk.send(&sent)?;
        talk.expect(&wanted)
    });
    answered
        .when(How::Silence, meaning)
        .when(How::Ended, meaning)
        .when(How::Gone, meaning)
}

fn closes(visit: &mut Visit) -> Verdict {
    let (sent, wanted) = frames(visit, &[9]);
    let mut talk = visit.connect()?;
    talk.send(&sent)?;
    talk.expect(&wanted)?;
    drop(talk);
    next_is_served(
        visit,
        "One client was answered, and has closed; the next one was not. A read of \
         0 bytes is the end of the stream: leave that client's loop then.",
    )
}

fn glued(visit: &mut Visit) -> Verdict {
    let lengths: Vec<usize> =
        (0..8).map(|_| visit.random.usize(1..20)).collect();
    let (sent, wanted) = frames(visit, &lengths);
    let mut talk = visit.connect()?;
    talk.send(&sent)?;
    let meaning = "Eight frames came in one piece. Read four bytes, and then exactly \
                   as many as they say: what lies behind is the next frame.";
    talk.expect(&wanted)
        .when(How::Silence, meaning)
        .when(How::Ended, meaning)
        .when(How::Different, meaning)
}

/// What a read means that returned less than it was asked for.
fn cut_meaning(talk: Verdict) -> Verdict {
    let meaning = "A read returns what has come so far, which can be less than you \
                   asked for: read on until the length is whole, and then until the \
                   payload is whole (in Python, recv(4) can return 1 byte).";
    talk.when(How::Silence, meaning)
        .when(How::Ended, meaning)
        .when(How::Different, meaning)
}

fn every_cut(visit: &mut Visit) -> Verdict {
    let lengths = [visit.random.usize(3..7), visit.random.usize(2..5)];
    let (sent, wanted) = frames(visit, &lengths);
    for cut in 1..sent.len() {
        let mut talk = visit.connect()?;
        let answer =
            talk.send_cut(&sent, &[cut]).and_then(|()| talk.expect(&wanted));
        let cut_at = |finding: &mut Finding| {
            finding.more.push(format!("The stream was cut behind byte {cut}."));
        };
        cut_meaning(with(answer, cut_at))?;
    }
    Ok(())
}

/// Adds to a finding, if there is one.
fn with(verdict: Verdict, add: impl FnOnce(&mut Finding)) -> Verdict {
    verdict.map_err(|problem| match problem {
        crate::finding::Problem::Failed(mut finding) => {
            add(&mut finding);
            crate::finding::Problem::Failed(finding)
        }
        skipped => skipped,
    })
}

fn single_bytes(visit: &mut Visit) -> Verdict {
    let (sent, wanted) = frames(visit, &[4, 1, 6]);
    let cuts: Vec<usize> = (1..sent.len()).collect();
    let mut talk = visit.connect()?;
    let sending = talk.send_cut(&sent, &cuts);
    cut_meaning(sending.and_then(|()| talk.expect(&wanted)))
}

fn longest(visit: &mut Visit) -> Verdict {
    let (sent, wanted) = frames(visit, &[MAX_PAYLOAD as usize]);
    // In two pieces: one read would return all of it on a fast machine.
    let cut = visit.random.usize(1000..60_000);
    let mut talk = visit.connect()?;
    let sending = talk.send_cut(&sent, &[cut]);
    cut_meaning(sending.and_then(|()| talk.expect(&wanted)))
}

fn many(visit: &mut Visit) -> Verdict {
    let lengths: Vec<usize> =
        (0..100).map(|_| visit.random.usize(1..300)).collect();
    let (sent, wanted) = frames(visit, &lengths);
    let mut cuts: Vec<usize> =
        (0..40).map(|_| visit.random.usize(1..sent.len())).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut talk = visit.connect()?;
    let sending = talk.send_cut(&sent, &cuts);
    cut_meaning(sending.and_then(|()| talk.expect(&wanted)))
}

/// What comes back, up to the end of the stream, is nothing.
fn no_answer(talk: &mut Talk, meaning: &str) -> Verdict {
    let (came, end) = talk.rest();
    if !came.is_empty() {
        let mut finding = Finding::bytes(How::Different, b"", &came);
        finding.meaning = meaning.into();
        return Err(finding.after_sending(talk.sent()).into());
    }
    if end == How::Silence {
        let seen = "The server did not end the connection.";
        let mut finding = Finding::new(How::Silence, seen);
        finding.meaning = meaning.into();
        return Err(finding.after_sending(talk.sent()).into());
    }
    Ok(())
}

fn zero(visit: &mut Visit) -> Verdict {
    let mut talk = visit.connect()?;
    talk.offer(&[0; 4]);
    let _already_closed = talk.half_close();
    no_answer(
        &mut talk,
        "No message of this course is empty: a length of 0 is a mistake of the peer. \
         Answer nothing, and close the connection.",
    )?;
    next_is_served(
        visit,
        "A client sent a length of 0, and the next one suffers.",
    )
}

fn giant(visit: &mut Visit) -> Verdict {
    let mut talk = visit.connect()?;
    // Nothing more follows, and no end either.
    talk.offer(&[0xff; 4]);
    no_answer(
        &mut talk,
        "A length of 4294967295 was announced. Nobody has to believe it: a frame has \
         at most 65536 bytes. Check the length before you allocate and read, and \
         close the connection.",
    )?;
    next_is_served(visit, "A client announced 4 GiB, and the next one suffers.")
}

fn cut(visit: &mut Visit) -> Verdict {
    let (sent, wanted) = frames(visit, &[20]);
    let cuts = [visit.random.usize(1..4), visit.random.usize(5..sent.len())];
    for cut in cuts {
        let mut talk = visit.connect()?;
        talk.send(&sent)?;
        talk.expect(&wanted)?;
        talk.offer(&sent[..cut]);
        let _already_closed = talk.half_close();
        no_answer(
            &mut talk,
            "The stream ended inside a frame, and the rest will never come. An \
             answer to half a message is a wrong one: close the connection.",
        )?;
    }
    next_is_served(
        visit,
        "A stream ended inside a frame. That is an error of its connection, and not \
         of the server.",
    )
}

fn three(visit: &mut Visit) -> Verdict {
    let meaning = "Another client is connected, and says nothing yet. Nobody may have \
                   to wait for it: serve each connection in a thread of its own.";
    let (sent, wanted) = frames(visit, &[15]);
    let mut slow = visit.connect()?;
    for _ in 0..2 {
        next_is_served(visit, meaning)?;
    }
    slow.send(&sent)?;
    let meaning =
        "Two other clients came later, and have left: this one is still here.";
    slow.expect(&wanted).when(How::Silence, meaning).when(How::Ended, meaning)
}

fn goodbye(visit: &mut Visit) -> Verdict {
    let (sent, wanted) = frames(visit, &[5]);
    let mut talk = visit.connect()?;
    talk.send(&sent)?;
    talk.half_close()?;
    talk.expect(&wanted)?;
    no_answer(&mut talk, "The client has finished: close the connection, too.")
}
