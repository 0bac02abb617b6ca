//! Lesson 3: lengths that no frame has, and streams that end too early.

use super::clients::next_is_served;
use super::frames;
use crate::finding::{Finding, How, Verdict};
use crate::talk::Talk;
use crate::visit::Visit;

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

pub fn zero(visit: &mut Visit) -> Verdict {
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

pub fn giant(visit: &mut Visit) -> Verdict {
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

pub fn cut(visit: &mut Visit) -> Verdict {
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

pub fn goodbye(visit: &mut Visit) -> Verdict {
    let (sent, wanted) = frames(visit, &[5]);
    let mut talk = visit.connect()?;
    talk.send(&sent)?;
    talk.half_close()?;
    talk.expect(&wanted)?;
    no_answer(&mut talk, "The client has finished: close the connection, too.")
}
