//! Lesson 1, several clients: what one of them does is no matter of the others.

use crate::finding::{How, Meaning, Verdict};
use crate::visit::Visit;

/// A new client is answered.
fn next_is_served(visit: &mut Visit, meaning: &str) -> Verdict {
    let line = visit.line();
    let answered = visit.connect().and_then(|mut talk| {
        talk.send(&line)?;
        talk.expect(&line.to_ascii_uppercase())
    });
    answered
        .when(How::Silence, meaning)
        .when(How::Ended, meaning)
        .when(How::Gone, meaning)
}

pub fn closes(visit: &mut Visit) -> Verdict {
    let meaning = "One client was answered, and has closed. The next one was not: a \
                   read of 0 bytes is the end of the stream. Leave that client's loop \
                   then, and accept the next one.";
    // Twice: a server that somebody else has started has had a client before.
    next_is_served(visit, meaning)?;
    next_is_served(visit, meaning)
}

pub fn resets(visit: &mut Visit) -> Verdict {
    let line = visit.line();
    let mut talk = visit.connect()?;
    talk.send(&line)?;
    talk.expect(&line.to_ascii_uppercase())?;
    talk.reset();
    next_is_served(
        visit,
        "One client was answered, and has reset its connection, as a program does \
         that crashes. That is an error of this connection (in Python \
         ConnectionResetError): it ends that client's loop, and not the server.",
    )
}

pub fn leaves(visit: &mut Visit) -> Verdict {
    let bytes = visit.letters(256 * 1024);
    let mut talk = visit.connect()?;
    // More than the systems' buffers hold, so the server is still writing.
    talk.fill(&bytes);
    talk.reset();
    next_is_served(
        visit,
        "One client left while the server was still writing to it. A write can \
         fail as a read can (in Python BrokenPipeError and ConnectionResetError): \
         it ends that client's loop, and not the server.",
    )
}

pub fn two_at_once(visit: &mut Visit) -> Verdict {
    let _silent = visit.connect()?;
    next_is_served(
        visit,
        "The first client is connected and says nothing; the second one sent a \
         line. The server serves one after the other: serve each connection in a \
         thread of its own.",
    )
}

pub fn hundred(visit: &mut Visit) -> Verdict {
    let mut clients = Vec::new();
    for _ in 0..100 {
        let line = visit.line();
        let mut talk = visit.connect().when(
            How::Silence,
            "The others are connected, and wait for their answers. Accept the next \
             one while you serve them: each connection in a thread of its own.",
        )?;
        talk.send(&line)?;
        clients.push((talk, line));
    }
    while let Some((mut talk, line)) = clients.pop() {
        let others = clients.len();
        let meaning = format!(
            "{others} others are connected, and came before. Nobody may have to wait \
             until another one has left."
        );
        talk.expect(&line.to_ascii_uppercase())
            .when(How::Silence, &meaning)
            .when(How::Ended, &meaning)
            .when(How::Different, "Is this the answer to another client?")?;
    }
    Ok(())
}

pub fn never_reads(visit: &mut Visit) -> Verdict {
    let bytes = visit.letters(256 * 1024);
    let mut talk = visit.connect()?;
    talk.fill(&bytes);
    next_is_served(
        visit,
        "Another client sends, and does not read its answers. So the server waits \
         in its write to that client, and meanwhile it serves nobody.",
    )
}
