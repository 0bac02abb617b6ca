//! Lesson 4's client: replies that are not true, after which no file may be there.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use crate::clients::Hosting;
use crate::clients::downloads::Offer;
use crate::finding::{Finding, How, Meaning, Verdict};
use crate::transfer::wire::{md5_of, sha256_of};

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

pub fn sha256(hosting: &mut Hosting) -> Verdict {
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

pub fn too_few(hosting: &mut Hosting) -> Verdict {
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

pub fn wrong_digest(hosting: &mut Hosting) -> Verdict {
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

pub fn no_digest(hosting: &mut Hosting) -> Verdict {
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

pub fn earlier(hosting: &mut Hosting) -> Verdict {
    let mut offer = Offer::new(hosting, "file.bin")?.with_earlier()?;
    let before = offer.saved();
    // More than the systems' buffers hold: the client has begun to write.
    offer.bytes = vec![b'x'; 24 << 20];
    let mut header = offer.header();
    header["file_size"] = (offer.bytes.len() + 1).into();
    let reply = offer.reply(&header, &offer.bytes);
    let touched = AtomicBool::new(false);
    let finished = offer.download(hosting, |talk| {
        if talk.send(&reply).is_ok() && offer.saved() != before {
            touched.store(true, Ordering::Relaxed);
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

pub fn too_many(hosting: &mut Hosting) -> Verdict {
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

pub fn other_name(hosting: &mut Hosting) -> Verdict {
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
