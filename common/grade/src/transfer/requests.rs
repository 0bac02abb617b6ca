//! Lesson 4: right requests, in whatever pieces they come, from however many clients.

use serde_json::json;

use super::files::expect_file;
use super::share::{self, Shared};
use super::wire::{self, Reply, wrong};
use crate::finding::{How, Meaning, Verdict};
use crate::visit::Visit;

const READ_ON: &str = "A read returns what has come so far, which can be less than \
                       you asked for: read on until the length is whole, and then \
                       until the JSON is whole (in Python, recv(4) can return 1 byte).";

fn in_pieces(
    visit: &mut Visit,
    request: &[u8],
    cuts: &[usize],
    file: &Shared,
) -> Verdict {
    let mut talk = visit.connect()?;
    talk.send_cut(request, cuts)
        .and_then(|()| expect_file(&mut talk, file))
        .when(How::Silence, READ_ON)
        .when(How::Ended, READ_ON)
        .when(How::Different, READ_ON)
}

pub fn single_bytes(visit: &mut Visit) -> Verdict {
    let file = share::any(visit)?;
    let request = wire::get(&file.name);
    let cuts: Vec<usize> = (1..request.len()).collect();
    in_pieces(visit, &request, &cuts, &file)
}

pub fn cuts(visit: &mut Visit) -> Verdict {
    let file = share::any(visit)?;
    let request = wire::get(&file.name);
    let mut cuts = vec![1, 2, 3, 4, 5];
    cuts.extend((0..5).map(|_| visit.random.usize(6..request.len())));
    for cut in cuts {
        in_pieces(visit, &request, &[cut], &file)?;
    }
    Ok(())
}

pub fn five_at_once(visit: &mut Visit) -> Verdict {
    let files = [share::any(visit)?, share::any(visit)?];
    let name = String::from_utf8(visit.letters(20)).unwrap_or_default();
    let [a, b] = &files;
    let requests = [
        wire::get(&a.name),
        wire::list(),
        wire::get(&name),
        wire::get(&b.name),
        wire::get(&a.name),
    ];
    let mut talk = visit.connect()?;
    talk.send(&requests.concat())?;
    let meaning = "Five requests came in one piece: get, list, get of a missing file, \
                   get, get. Read four bytes, and then exactly as many as they say: \
                   what lies behind is the next request.";
    let mut all = || {
        expect_file(&mut talk, a)?;
        let Reply::Listing(_) = wire::reply(&mut talk)? else {
            return Err(
                wrong("The second reply is no listing.", meaning).into()
            );
        };
        let Reply::Error(_) = wire::reply(&mut talk)? else {
            return Err(wrong("The third reply is no error.", meaning).into());
        };
        expect_file(&mut talk, b)?;
        expect_file(&mut talk, a)
    };
    all()
        .when(How::Silence, meaning)
        .when(How::Ended, meaning)
        .when(How::Different, meaning)
}

pub fn longest(visit: &mut Visit) -> Verdict {
    let file = share::any(visit)?;
    let mut request = wire::get(&file.name).split_off(4);
    request.resize(65_536, b' '); // spaces behind JSON are JSON
    let request = wire::frame(request);
    let cut = visit.random.usize(10_000..60_000);
    let mut talk = visit.connect()?;
    let sending = talk.send_cut(&request, &[cut]);
    let meaning = "A frame may have 65536 bytes: its JSON is followed by spaces here, \
                   which JSON allows. Read on until all of it is there.";
    sending
        .and_then(|()| expect_file(&mut talk, &file))
        .when(How::Silence, meaning)
        .when(How::Ended, meaning)
        .when(How::Different, meaning)
}

pub fn other_json(visit: &mut Visit) -> Verdict {
    let file = share::any(visit)?;
    let name = json!(file.name);
    let request =
        format!(" {{\"filename\" :\r\n\t{name} , \"command\":\"get\"}} ");
    let mut talk = visit.connect()?;
    talk.send(&wire::frame(request))?;
    let meaning = "The request is JSON with other spaces, and its fields in another \
                   order: read it with a JSON library.";
    expect_file(&mut talk, &file)
        .when(How::Different, meaning)
        .when(How::Silence, meaning)
        .when(How::Ended, meaning)
}

pub fn more_fields(visit: &mut Visit) -> Verdict {
    let file = share::any(visit)?;
    let request = json!({
        "command": "get", "filename": file.name, "color": {"red": [1]},
    });
    let mut talk = visit.connect()?;
    talk.send(&wire::frame(request.to_string()))?;
    let meaning = "The request has a field more, called color: ignore it, as an older \
                   server has to when a field is added.";
    expect_file(&mut talk, &file)
        .when(How::Different, meaning)
        .when(How::Ended, meaning)
}

pub fn goodbye(visit: &mut Visit) -> Verdict {
    let file = share::any(visit)?;
    let mut talk = visit.connect()?;
    talk.send(&wire::get(&file.name))?;
    talk.half_close()?;
    expect_file(&mut talk, &file)?;
    talk.expect_end().when(
        How::Silence,
        "The stream may end between two frames: that is a goodbye. Close the \
         connection, too; a read of 0 bytes is the end.",
    )
}

pub fn idle(visit: &mut Visit) -> Verdict {
    let file = share::any(visit)?;
    let request = wire::get(&file.name);
    let _silent = visit.connect()?;
    let mut half = visit.connect()?;
    half.send(&request[..visit.random.usize(1..request.len())])?;
    let mut talk = visit.connect()?;
    talk.send(&request)?;
    let meaning = "Two others are connected: one says nothing, one has sent half a \
                   request. Serve each connection in a thread of its own.";
    expect_file(&mut talk, &file).when(How::Silence, meaning)
}

pub fn thirty(visit: &mut Visit) -> Verdict {
    let file = share::any(visit)?;
    let mut clients = Vec::new();
    for _ in 0..30 {
        let mut talk = visit.connect()?;
        talk.send(&wire::get(&file.name))?;
        clients.push(talk);
    }
    while let Some(mut talk) = clients.pop() {
        expect_file(&mut talk, &file).when(
            How::Silence,
            "Thirty clients ask at once, and the last one reads first.",
        )?;
    }
    Ok(())
}
