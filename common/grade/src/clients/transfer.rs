//! The checks of a client of lesson 4: right servers in odd pieces, and liars.

use serde_json::json;

use super::Hosting;
use super::downloads::Offer;
use crate::check::Check;
use crate::finding::{Finding, How, Meaning, Verdict};
use crate::talk::Talk;
use crate::transfer::wire::{frame, md5_of, sha256_of};

const WIRE: &str = "lesson 4, \"The wire\"";
const CUTS: &str = "lesson 3, act \"fixed\": read on until each part is whole";
const WHOLE: &str =
    "lesson 4: a file is called NAME when it is whole and verified";
const WRONG: &str = "lesson 4, \"What can go wrong on a wire\"";

/// From one file that is saved to servers that lie.
pub const CHECKS: &[Check] = &[
    Check::client(
        "a file is saved under the name that was asked for",
        WIRE,
        saves,
    ),
    Check::client("an empty file is saved", WIRE, empty),
    Check::client("a file of 2 MB is saved to the byte", WIRE, large),
    Check::client(
        "a name with a space and Chinese letters is a name",
        WIRE,
        odd_name,
    ),
    Check::client(
        "a reply that comes one byte at a time is the same",
        CUTS,
        single_bytes,
    ),
    Check::client(
        "a header and a file in one write are two things",
        CUTS,
        glued,
    ),
    Check::client(
        "a sha256 in place of the md5 is verified, too",
        WIRE,
        sha256,
    ),
    Check::client("9 of 10 bytes are no file", WHOLE, too_few),
    Check::client("a wrong digest saves nothing", WHOLE, wrong_digest),
    Check::client("a file without a digest is not saved", WHOLE, no_digest),
    Check::client(
        "an earlier file stays until the new one is whole",
        WHOLE,
        earlier,
    ),
    Check::client("bytes behind the file are not saved", WIRE, too_many),
    Check::client(
        "the name that the server sends is not used",
        WRONG,
        other_name,
    ),
    Check::client("an error saves nothing, and ends", WIRE, error),
    Check::client(
        "a server that closes without a reply saves nothing",
        WIRE,
        nothing,
    ),
    Check::client("the size of a header is not believed", WRONG, huge),
    Check::client("escape codes of a server reach no terminal", WRONG, escapes)
        .strict(),
    Check::client(
        "a download that failed has a status that says so",
        WRONG,
        status,
    )
    .strict(),
];

/// A download that tells the truth, sent by `send`.
fn truth(
    hosting: &mut Hosting,
    name: &str,
    send: impl Fn(&mut Talk, &[u8]) -> Verdict + Sync,
) -> Verdict {
    let offer = Offer::new(hosting, name)?;
    let reply = offer.reply(&offer.header(), &offer.bytes);
    let finished =
        offer.download(hosting, |talk| send(talk, &reply).is_ok())?;
    offer.is_saved(&finished)
}

/// A download that is a lie, after which nothing new may bear the name.
fn lie(
    hosting: &mut Hosting,
    make: impl Fn(&Offer) -> Vec<u8>,
    meaning: &str,
) -> Verdict {
    let offer = Offer::new(hosting, "lie.txt")?;
    let reply = make(&offer);
    let finished = offer.download(hosting, |talk| {
        talk.offer(&reply);
        false
    })?;
    offer.is_not_saved(&finished, meaning)
}

fn saves(hosting: &mut Hosting) -> Verdict {
    truth(hosting, "file.bin", |talk, reply| talk.send(reply))
}

fn empty(hosting: &mut Hosting) -> Verdict {
    let mut offer = Offer::new(hosting, "empty.txt")?;
    offer.bytes.clear();
    let reply = frame(offer.header().to_string());
    let finished = offer.download(hosting, |talk| talk.send(&reply).is_ok())?;
    offer.is_saved(&finished).when(
        How::Other,
        "A file of 0 bytes is a file, too: no byte follows its header.",
    )
}

fn large(hosting: &mut Hosting) -> Verdict {
    let mut offer = Offer::new(hosting, "large.bin")?;
    offer.bytes = vec![0; 2_000_000 + hosting.random.usize(0..1000)];
    hosting.random.fill(&mut offer.bytes);
    let reply = offer.reply(&offer.header(), &offer.bytes);
    let finished = offer.download(hosting, |talk| talk.send(&reply).is_ok())?;
    offer.is_saved(&finished).when(
        How::Different,
        "A read returns what has come so far: read on until as many bytes have come \
         as file_size says.",
    )
}

fn odd_name(hosting: &mut Hosting) -> Verdict {
    truth(hosting, "two 粘包.txt", |talk, reply| talk.send(reply))
}

/// What a read means that returned less than it was asked for.
const READ_ON: &str = "A read returns what has come so far, which can be less than \
                       you asked for: read on until each part is whole (in Python, \
                       recv(4) can return 1 byte).";

fn single_bytes(hosting: &mut Hosting) -> Verdict {
    let mut offer = Offer::new(hosting, "file.bin")?;
    offer.bytes.truncate(20);
    let reply = offer.reply(&offer.header(), &offer.bytes);
    // The header alone is more than a hundred bytes.
    let cuts: Vec<usize> = (1..reply.len()).collect();
    let finished =
        offer.download(hosting, |talk| talk.send_cut(&reply, &cuts).is_ok())?;
    offer
        .is_saved(&finished)
        .when(How::Other, READ_ON)
        .when(How::Different, READ_ON)
}

fn glued(hosting: &mut Hosting) -> Verdict {
    let mut offer = Offer::new(hosting, "file.bin")?;
    offer.bytes.truncate(20); // one read could return all of it
    let reply = offer.reply(&offer.header(), &offer.bytes);
    let finished = offer.download(hosting, |talk| talk.send(&reply).is_ok())?;
    let meaning = "Length, JSON and file came in one piece. Read four bytes, then \
                   exactly as many as they say, and leave the rest for the file.";
    offer
        .is_saved(&finished)
        .when(How::Other, meaning)
        .when(How::Different, meaning)
}

fn sha256(hosting: &mut Hosting) -> Verdict {
    let header = |offer: &Offer, digest: &str| {
        json!({
            "status": "file", "filename": offer.name,
            "file_size": offer.bytes.len(), "sha256": digest,
        })
    };
    let offer = Offer::new(hosting, "file.bin")?;
    let right = header(&offer, &sha256_of(&offer.bytes));
    let reply = offer.reply(&right, &offer.bytes);
    let finished = offer.download(hosting, |talk| talk.send(&reply).is_ok())?;
    offer.is_saved(&finished).when(
        How::Other,
        "A server may put \"sha256\" in the place of \"md5\": 64 digits.",
    )?;
    lie(
        hosting,
        |offer| offer.reply(&header(offer, &sha256_of(b"other")), &offer.bytes),
        "Its sha256 is that of other bytes.",
    )
}

fn too_few(hosting: &mut Hosting) -> Verdict {
    lie(
        hosting,
        |offer| {
            let nine = offer.bytes.len() * 9 / 10;
            offer.reply(&offer.header(), &offer.bytes[..nine])
        },
        "The stream ended before all the bytes of the header's file_size had come. \
         Write to another name, and rename when every byte is there.",
    )
}

fn wrong_digest(hosting: &mut Hosting) -> Verdict {
    lie(
        hosting,
        |offer| {
            let mut header = offer.header();
            header["md5"] = md5_of(b"another file").into();
            offer.reply(&header, &offer.bytes)
        },
        "The digest in the header is that of other bytes: compute the digest of what \
         has come, compare, and give the file its name only then.",
    )
}

fn no_digest(hosting: &mut Hosting) -> Verdict {
    lie(
        hosting,
        |offer| {
            let mut header = offer.header();
            header["md5"] = serde_json::Value::Null;
            offer.reply(&header, &offer.bytes)
        },
        "Without a digest nothing can be verified.",
    )
}

fn earlier(hosting: &mut Hosting) -> Verdict {
    let mut offer = Offer::new(hosting, "file.bin")?.with_earlier()?;
    let before = offer.saved();
    // More than the systems' buffers hold: the client has begun to write.
    offer.bytes = vec![b'x'; 24 << 20];
    let mut header = offer.header();
    header["file_size"] = (offer.bytes.len() + 1).into();
    let reply = offer.reply(&header, &offer.bytes);
    let touched = std::sync::atomic::AtomicBool::new(false);
    let finished = offer.download(hosting, |talk| {
        if talk.send(&reply).is_ok() && offer.saved() != before {
            touched.store(true, std::sync::atomic::Ordering::Relaxed);
        }
        false
    })?;
    let meaning = "Until the new file is whole and verified, the earlier one stays as \
                   it was: write to another name, and rename at the end.";
    if touched.into_inner() || offer.saved() != before {
        let seen =
            "The earlier file of that name is gone, and no new one came.";
        let mut finding = Finding::new(How::Other, seen);
        finding.meaning = meaning.into();
        return Err(finished.explain(finding).into());
    }
    Ok(())
}

fn too_many(hosting: &mut Hosting) -> Verdict {
    let offer = Offer::new(hosting, "file.bin")?;
    let mut reply = offer.reply(&offer.header(), &offer.bytes);
    reply.extend(hosting.letters(50).bytes());
    let finished = offer.download(hosting, |talk| {
        talk.offer(&reply);
        false
    })?;
    if offer.saved().is_none() {
        return Ok(()); // a client may take it for a lie
    }
    offer.is_saved(&finished).when(
        How::Different,
        "Read as many bytes as file_size says, and no more: what lies behind belongs \
         to the next reply.",
    )
}

fn other_name(hosting: &mut Hosting) -> Verdict {
    let escaped = format!("../{}.txt", hosting.letters(9));
    let beside = format!("{}.txt", hosting.letters(9));
    for name in [escaped, beside] {
        let offer = Offer::new(hosting, "file.bin")?;
        let mut header = offer.header();
        header["filename"] = name.as_str().into();
        let reply = offer.reply(&header, &offer.bytes);
        let finished = offer.download(hosting, |talk| {
            talk.offer(&reply);
            false
        })?;
        if offer.exists(&name) {
            let seen =
                format!("The server sent the name {name:?}; it was written.");
            let mut finding = Finding::new(How::Other, seen);
            finding.meaning =
                "A server may send any name, such as ../../.bashrc. Use \
                               the one that you asked for."
                    .into();
            return Err(finished.explain(finding).into());
        }
    }
    Ok(())
}

fn error(hosting: &mut Hosting) -> Verdict {
    let offer = Offer::new(hosting, "file.bin")?;
    let reply = json!({"status": "error", "message": "no such file: file.bin"});
    let reply = frame(reply.to_string());
    let finished = offer.download(hosting, |talk| talk.send(&reply).is_ok())?;
    offer.is_not_saved(&finished, "An error came instead of a file.")?;
    ended(&finished, "An error came instead of a file: say so, and end.")
}

fn nothing(hosting: &mut Hosting) -> Verdict {
    let offer = Offer::new(hosting, "file.bin")?;
    let finished = offer.download(hosting, |_| false)?;
    let meaning = "The connection ended without a reply: a read of 0 bytes is the end \
                   of the stream, and nothing more will come.";
    offer.is_not_saved(&finished, meaning)?;
    ended(&finished, meaning)
}

fn huge(hosting: &mut Hosting) -> Verdict {
    let meaning =
        "The header announced 18446744073709551615 bytes, and 20 came.";
    let offer = Offer::new(hosting, "file.bin")?;
    let mut header = offer.header();
    header["file_size"] = u64::MAX.into();
    let reply = offer.reply(&header, &offer.bytes[..20]);
    let finished = offer.download(hosting, |talk| {
        talk.offer(&reply);
        false
    })?;
    offer.is_not_saved(&finished, meaning)?;
    ended(&finished, meaning)
}

/// The client must not wait for what will never come.
fn ended(finished: &super::Finished, meaning: &str) -> Verdict {
    if finished.success.is_some() {
        return Ok(());
    }
    let seen = "The client does not end.";
    let mut finding = Finding::new(How::Silence, seen);
    finding.meaning = meaning.into();
    Err(finished.explain(finding).into())
}

fn escapes(hosting: &mut Hosting) -> Verdict {
    let offer = Offer::new(hosting, "file.bin")?;
    let message = "\u{1b}[31m\u{1b}]0;owned\u{7}no such file";
    let reply = json!({"status": "error", "message": message}).to_string();
    let reply = frame(reply);
    let finished = offer.download(hosting, |talk| talk.send(&reply).is_ok())?;
    if [&finished.output, &finished.errors].iter().any(|b| b.contains(&0x1b)) {
        let seen =
            "The client printed the escape codes of the server's message.";
        let mut finding = Finding::new(How::Other, seen);
        finding.meaning = "A terminal obeys them: it can be coloured, renamed, or \
                           worse. Escape what is not printable (in Python repr)."
            .into();
        return Err(finished.explain(finding).into());
    }
    Ok(())
}

fn status(hosting: &mut Hosting) -> Verdict {
    let offer = Offer::new(hosting, "file.bin")?;
    let half = offer.reply(&offer.header(), &offer.bytes[..10]);
    let finished = offer.download(hosting, |talk| {
        talk.offer(&half);
        false
    })?;
    if finished.success == Some(true) {
        let seen = "The download failed, and the client reported success.";
        let mut finding = Finding::new(How::Other, seen);
        finding.meaning =
            "A script sees the exit status only: 0 for done, 1 for \
                           failed (in Python sys.exit(1))."
                .into();
        return Err(finished.explain(finding).into());
    }
    Ok(())
}
