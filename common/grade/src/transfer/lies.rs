//! Lesson 4: wrong requests, and clients that leave at the wrong moment.

use serde_json::json;

use super::files::expect_file;
use super::share::{self, Shared};
use super::wire::{self, Reply, wrong};
use crate::finding::{Finding, How, Meaning, Verdict};
use crate::talk::Talk;
use crate::visit::Visit;

/// The next client gets its file.
pub fn next_is_served(
    visit: &mut Visit,
    file: &Shared,
    meaning: &str,
) -> Verdict {
    let served = visit.connect().and_then(|mut talk| {
        talk.send(&wire::get(&file.name))?;
        expect_file(&mut talk, file)
    });
    served
        .when(How::Silence, meaning)
        .when(How::Ended, meaning)
        .when(How::Gone, meaning)
}

/// An error or the end of the connection, whichever the server prefers; but no
/// file, no listing, and no silence.
fn refused(talk: &mut Talk, meaning: &str) -> Verdict {
    match wire::reply(talk).when(How::Silence, meaning) {
        Ok(Reply::Error(_)) => Ok(()),
        Err(crate::finding::Problem::Failed(finding))
            if finding.how == How::Ended =>
        {
            Ok(())
        }
        Ok(_) => {
            let finding = wrong("The server answers as to a request.", meaning);
            Err(finding.after_sending(talk.sent()).into())
        }
        Err(problem) => Err(problem),
    }
}

/// Sends what is no request; the stream ends behind it.
fn nonsense(visit: &mut Visit, bytes: &[u8], meaning: &str) -> Verdict {
    let file = share::any(visit)?;
    let mut talk = visit.connect()?;
    talk.offer(bytes);
    let _already_closed = talk.half_close();
    refused(&mut talk, meaning)?;
    drop(talk);
    let meaning = format!("{meaning} The client after that one suffers.");
    next_is_served(visit, &file, &meaning)
}

pub fn zero(visit: &mut Visit) -> Verdict {
    let meaning = "A frame's JSON has 1 byte at least. A length of 0 gets an error, or \
                   the end of the connection.";
    nonsense(visit, &[0; 4], meaning)
}

pub fn giant(visit: &mut Visit) -> Verdict {
    let file = share::any(visit)?;
    let lengths: [u32; 2] = [65_537, u32::MAX];
    for length in lengths {
        let mut talk = visit.connect()?;
        // Nothing more follows, and no end either.
        talk.offer(&length.to_be_bytes());
        let meaning = format!(
            "A length of {length} was announced; a frame has at most 65536 bytes. \
             Check the length before you allocate and read: answer with an error, \
             or close the connection."
        );
        refused(&mut talk, &meaning)?;
    }
    next_is_served(visit, &file, "A client announced 4 GiB before.")
}

pub fn no_request(visit: &mut Visit) -> Verdict {
    let meaning =
        "That is no request: answer with an error, or close the connection.";
    for payload in [
        &b"\xff\xfe{}"[..],
        b"get a.txt",
        b"{\"command\":",
        b"[]",
        b"{}",
        b"{\"command\":\"get\"}",
        b"{\"command\":\"get\",\"filename\":7}",
        b"{\"command\":\"put\",\"filename\":\"a.txt\"}",
    ] {
        nonsense(visit, &wire::frame(payload), meaning)?;
    }
    Ok(())
}

pub fn cut(visit: &mut Visit) -> Verdict {
    let file = share::any(visit)?;
    let request = wire::get(&file.name);
    let half = visit.random.usize(5..request.len());
    let meaning = "The stream ended inside a frame: what is missing will never come. \
                   Close the connection, and go on with the others.";
    for cut in [visit.random.usize(1..4), half] {
        nonsense(visit, &request[..cut], meaning)?;
    }
    Ok(())
}

pub fn closes(visit: &mut Visit) -> Verdict {
    let meaning = "One client connected and closed; the next one gets no answer. A read \
                   of 0 bytes is the end of the stream: leave that client's loop, and \
                   accept the next one.";
    let file = share::any(visit)
        .when(How::Silence, meaning)
        .when(How::Ended, meaning)?;
    drop(visit.connect()?);
    next_is_served(visit, &file, meaning)
}

pub fn leaves(visit: &mut Visit) -> Verdict {
    let any = share::any(visit)?;
    let file = share::one(visit, "file over 100 KB", |f| f.size > 100_000)?;
    // Many requests, none of the files read: the server cannot have sent them all.
    let requests = wire::get(&file.name).repeat(100);
    for reset in [true, false] {
        let mut talk = visit.connect()?;
        talk.offer(&requests);
        talk.wait();
        if reset {
            talk.reset();
        } else {
            drop(talk);
        }
    }
    next_is_served(
        visit,
        &any,
        "A client left in the middle of its download. A write can fail as a read can \
         (in Python BrokenPipeError and ConnectionResetError): it ends that client's \
         loop, and not the server.",
    )
}

pub fn told_why(visit: &mut Visit) -> Verdict {
    let mut talk = visit.connect()?;
    let mut bytes = vec![0xff; 4];
    // More than the systems' buffers hold.
    bytes.extend(vec![b'x'; 8 << 20]);
    let meaning = "The server closed with bytes unread. That resets the connection: \
                   the client's send fails, and on some systems the error that you \
                   sent is thrown away. Send the error, shut down for writing, read on \
                   for a moment, and close then.";
    let mut told = || {
        talk.send(&bytes)?;
        talk.half_close()?;
        wire::reply(&mut talk)
    };
    match told().when(How::Ended, meaning).when(How::Silence, meaning)? {
        Reply::Error(_) => Ok(()),
        _ => Err(wrong("The reply is no error.", meaning).into()),
    }
}

pub fn in_step(visit: &mut Visit) -> Verdict {
    let file = share::any(visit)?;
    let nonsense = json!({"command": "nonsense"}).to_string();
    let mut talk = visit.connect()?;
    talk.send(&wire::frame(nonsense))?;
    let meaning = "An error frame says what was wrong.";
    let Reply::Error(_) = wire::reply(&mut talk).when(How::Ended, meaning)?
    else {
        let finding = Finding::new(How::Other, "The reply is no error.");
        return Err(finding.into());
    };
    next_is_served(visit, &file, meaning)
}
