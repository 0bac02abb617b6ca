//! Lesson 4's client: how it ends when there is no file.

use serde_json::json;

use crate::clients::downloads::Offer;
use crate::clients::{Finished, Hosting};
use crate::finding::{Finding, How, Verdict};
use crate::transfer::wire::frame;

pub fn error(hosting: &mut Hosting) -> Verdict {
    let offer = Offer::new(hosting, "file.bin")?;
    let reply = json!({"status": "error", "message": "no such file: file.bin"});
    let reply = frame(reply.to_string());
    let finished = offer.download(hosting, |talk| talk.send(&reply).is_ok())?;
    offer.is_not_saved(&finished, "An error came instead of a file.")?;
    ended(&finished, "An error came instead of a file: say so, and end.")
}

pub fn nothing(hosting: &mut Hosting) -> Verdict {
    let offer = Offer::new(hosting, "file.bin")?;
    let finished = offer.download(hosting, |_| false)?;
    let meaning = "The connection ended without a reply: a read of 0 bytes is the end \
                   of the stream, and nothing more will come.";
    offer.is_not_saved(&finished, meaning)?;
    ended(&finished, meaning)
}

pub fn huge(hosting: &mut Hosting) -> Verdict {
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
fn ended(finished: &Finished, meaning: &str) -> Verdict {
    if finished.success.is_some() {
        return Ok(());
    }
    let seen = "The client does not end.";
    let mut finding = Finding::new(How::Silence, seen);
    finding.meaning = meaning.into();
    Err(finished.explain(finding).into())
}

pub fn escapes(hosting: &mut Hosting) -> Verdict {
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

pub fn status(hosting: &mut Hosting) -> Verdict {
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
