//! Lesson 3: frames that arrive whole, and clients that take turns.

use super::frames;
use crate::finding::{How, Meaning, Verdict};
use crate::visit::Visit;

pub fn one(visit: &mut Visit) -> Verdict {
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
pub fn next_is_served(visit: &mut Visit, meaning: &str) -> Verdict {
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

pub fn closes(visit: &mut Visit) -> Verdict {
    let meaning = "One client was answered, and has closed; the next one was not. A \
                   read of 0 bytes is the end of the stream: leave that client's loop \
                   then.";
    // Twice: a server that somebody else has started has had a client before.
    next_is_served(visit, meaning)?;
    next_is_served(visit, meaning)
}

pub fn glued(visit: &mut Visit) -> Verdict {
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

pub fn three(visit: &mut Visit) -> Verdict {
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
