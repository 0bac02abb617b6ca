//! Lesson 4: listings and files, as they have to arrive.

use super::share::{self, Shared};
use super::wire::{self, Header, Reply, wrong};
use crate::finding::{Finding, How, Meaning, Verdict};
use crate::talk::Talk;
use crate::visit::{Visit, skipped};

/// Takes the reply to a `get` of this file, which has to bring all of it.
pub fn expect_file(talk: &mut Talk, file: &Shared) -> Verdict {
    let header = expect_header(talk, file)?;
    let bytes = wire::payload(talk, &header)?;
    if header.offset > 0 {
        let seen = format!("The header has the offset {}.", header.offset);
        return Err(wrong(seen, "Nobody asked for one.").into());
    }
    compare(talk, file, &bytes, 0).when(
        How::Different,
        "The bytes of the file follow the header as they are (in Python: open it with \
         \"rb\", and send with sendall).",
    )?;
    wire::verify(&header, &bytes)
}

/// Takes the header of this file.
fn expect_header(talk: &mut Talk, file: &Shared) -> Verdict<Header> {
    let header = match wire::reply(talk)? {
        Reply::File(header) => header,
        other => {
            let name = &file.name;
            let seen = format!("{name:?} was asked for; the reply is {other}.");
            let finding = Finding::new(How::Different, seen);
            return Err(finding.after_sending(talk.sent()).into());
        }
    };
    if header.name != file.name || header.size != file.size {
        let seen = format!(
            "{:?} of {} bytes was asked for; the header says {:?} of {} bytes.",
            file.name, file.size, header.name, header.size
        );
        let meaning = "The header has the name as it was asked for, and the size of \
                       the whole file in bytes.";
        return Err(wrong(seen, meaning).into());
    }
    Ok(header)
}

/// Are these the bytes of the file, from `start` on?
fn compare(talk: &Talk, file: &Shared, came: &[u8], start: usize) -> Verdict {
    let Some(whole) = &file.bytes else {
        return Ok(()); // the digest has to do
    };
    let wanted = whole.get(start..).unwrap_or_default();
    if came == wanted {
        return Ok(());
    }
    let finding = Finding::bytes(How::Different, wanted, came);
    Err(finding.after_sending(talk.sent()).into())
}

fn fetch(visit: &mut Visit, file: &Shared) -> Verdict {
    let mut talk = visit.connect()?;
    talk.send(&wire::get(&file.name))?;
    expect_file(&mut talk, file)
        .when(How::Different, "The server shares this file: send it.")
}

pub fn listing(visit: &mut Visit) -> Verdict {
    let mut talk = visit.connect()?;
    talk.send(&wire::list())?;
    let Reply::Listing(mut listed) = wire::reply(&mut talk)
        .when(How::Silence, "{\"command\":\"list\"} asks for a listing.")?
    else {
        let meaning = "{\"command\":\"list\"} asks for a listing: first a frame \
                       with its count, then a frame for each file.";
        return Err(wrong("The reply is no listing.", meaning).into());
    };
    talk.half_close()?;
    let (more, _) = talk.rest();
    if !more.is_empty() {
        let finding = Finding::bytes(How::Different, b"", &more);
        return Err(finding.into()).when(
            How::Different,
            "Behind the listing come as many frames as its count says, and no more.",
        );
    }
    let Some(_) = &visit.folder else {
        return Ok(()); // only the server knows what it shares
    };
    listed.sort();
    let filled = visit.filled;
    let files = share::files(visit)?;
    for file in &files {
        if !listed.contains(&(file.name.clone(), file.size)) {
            let seen =
                format!("{:?}, {} bytes, is missing.", file.name, file.size);
            let meaning =
                "A listing names each file of the folder, with its size.";
            return Err(wrong(seen, meaning).into());
        }
    }
    let extra = listed.iter().find(|(name, _)| {
        filled
            && name != "leads-out.txt" // --strict looks at links
            && !files.iter().any(|file| file.name == *name)
    });
    match extra {
        None => Ok(()),
        Some((name, size)) => {
            let seen = format!("{name:?}, {size} bytes, is listed.");
            let meaning =
                "It is no file of that folder that a client could get.";
            Err(wrong(seen, meaning).into())
        }
    }
}

pub fn file(visit: &mut Visit) -> Verdict {
    let file = share::any(visit)?;
    fetch(visit, &file)
}

pub fn empty(visit: &mut Visit) -> Verdict {
    let file = share::one(visit, "empty file", |f| f.size == 0)?;
    let mut talk = visit.connect()?;
    talk.send(&wire::get(&file.name))?;
    expect_file(&mut talk, &file).when(
        How::Different,
        "The server shares this file: 0 bytes follow its header.",
    )?;
    // Nothing may follow the header of an empty file.
    talk.send(&wire::get(&file.name))?;
    expect_file(&mut talk, &file)
}

pub fn large(visit: &mut Visit) -> Verdict {
    let file = share::one(visit, "file over 100 KB", |f| f.size > 100_000)?;
    fetch(visit, &file).when(
        How::Ended,
        "The file has to be sent to its end: one call sends what the system takes \
         at once (in Python sendall, not send).",
    )
}

pub fn other_names(visit: &mut Visit) -> Verdict {
    let odd = |f: &Shared| f.name.contains(' ') || !f.name.is_ascii();
    let files: Vec<Shared> =
        share::files(visit)?.into_iter().filter(odd).take(5).collect();
    if files.is_empty() {
        return skipped("the server shares no file with such a name");
    }
    for file in files {
        fetch(visit, &file)?;
    }
    Ok(())
}

pub fn missing(visit: &mut Visit) -> Verdict {
    let file = share::any(visit)?;
    let name = String::from_utf8(visit.letters(20)).unwrap_or_default();
    let mut talk = visit.connect()?;
    talk.send(&wire::get(&name))?;
    let meaning = "A file that is not there is answered by {\"status\":\"error\",\
                   \"message\":...}, and the connection goes on.";
    let Reply::Error(_) = wire::reply(&mut talk)
        .when(How::Ended, meaning)
        .when(How::Silence, meaning)?
    else {
        return Err(wrong("The reply is no error.", meaning).into());
    };
    talk.send(&wire::get(&file.name)).when(How::Ended, meaning)?;
    expect_file(&mut talk, &file)
        .when(How::Ended, meaning)
        .when(How::Silence, meaning)
}

pub fn offset(visit: &mut Visit) -> Verdict {
    let file = share::any(visit)?;
    let middle = visit.random.u64(1..file.size);
    for asked in [middle, file.size] {
        let mut talk = visit.connect()?;
        talk.send(&wire::get_from(&file.name, asked))?;
        let header = expect_header(&mut talk, &file)?;
        if header.offset != 0 && header.offset != asked {
            let seen = format!(
                "Byte {asked} was asked for; the header goes on at {}.",
                header.offset
            );
            let meaning = "The header says the same offset, or none when the bytes \
                           start at 0.";
            return Err(wrong(seen, meaning).into());
        }
        let bytes = wire::payload(&mut talk, &header).when(
            How::Silence,
            "Behind a header with an offset come file_size - offset bytes; behind \
             one without an offset comes the whole file.",
        )?;
        let start = usize::try_from(header.offset).unwrap_or(usize::MAX);
        compare(&talk, &file, &bytes, start).when(
            How::Different,
            "The bytes start at the offset that the header says.",
        )?;
        if let Some(whole) =
            file.bytes.as_ref().or((start == 0).then_some(&bytes))
        {
            wire::verify(&header, whole)?;
        }
        talk.half_close()?;
        talk.expect_end().when(
            How::Different,
            "Behind a header with an offset come file_size - offset bytes, and no \
             more.",
        )?;
    }
    Ok(())
}
