//! Lesson 4's client: files that have to arrive, whatever pieces they come in.

use crate::clients::Hosting;
use crate::clients::downloads::Offer;
use crate::finding::{How, Meaning, Verdict};
use crate::talk::Talk;
use crate::transfer::wire::frame;

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

pub fn saves(hosting: &mut Hosting) -> Verdict {
    truth(hosting, "file.bin", |talk, reply| talk.send(reply))
}

pub fn empty(hosting: &mut Hosting) -> Verdict {
    let mut offer = Offer::new(hosting, "empty.txt")?;
    offer.bytes.clear();
    let reply = frame(offer.header().to_string());
    let finished = offer.download(hosting, |talk| talk.send(&reply).is_ok())?;
    offer.is_saved(&finished).when(
        How::Other,
        "A file of 0 bytes is a file, too: no byte follows its header.",
    )
}

pub fn large(hosting: &mut Hosting) -> Verdict {
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

pub fn odd_name(hosting: &mut Hosting) -> Verdict {
    truth(hosting, "two 粘包.txt", |talk, reply| talk.send(reply))
}

/// What a read means that returned less than it was asked for.
const READ_ON: &str = "A read returns what has come so far, which can be less than \
                       you asked for: read on until each part is whole (in Python, \
                       recv(4) can return 1 byte).";

pub fn single_bytes(hosting: &mut Hosting) -> Verdict {
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

pub fn glued(hosting: &mut Hosting) -> Verdict {
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
