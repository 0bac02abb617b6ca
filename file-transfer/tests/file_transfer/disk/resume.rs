//! A download that was cut, and goes on. And one with a wrong digest, which begins once
//! more, from the start, and not a third time.

use std::fs;
use std::io::Write;

use testing::RawServer;
use testing::frames::{frame, read_frame};
use testing::raw::send_end;

use crate::digest::BUFFER;
use crate::disk::content::*;
use crate::downloads::{EARLIER, Folder};
use crate::messages::{error, file, file_from, header, md5_of};

const GET: &str = r#"{"command":"get","filename":"x.bin"}"#;
const GET_THE_REST: &str =
    r#"{"command":"get","filename":"x.bin","offset":100001}"#;

/// What the client logs before it begins once more.
const ONCE_MORE: &str = "The digest is wrong: once more, from the start.\n";

/// The same file, one byte changed in the part that comes before the cut.
fn changed() -> Vec<u8> {
    let mut content = content();
    content[7] ^= 1;
    content
}

#[test]
fn a_server_that_does_not_resume_sends_the_file_from_its_start() {
    let whole = file("x.bin", &content());
    let server = RawServer::expecting([(GET_THE_REST, whole)]);
    let dir = folder(Some(&changed()[..CUT]));
    dir.get_from(server, "x.bin").succeeded();
    dir.holds(&[("x.bin", &content())]);
}

#[test]
fn a_beginning_outlives_a_server_that_has_no_rest_for_it_today() {
    let short = header("x.bin", 10, &md5_of(&content()[..10]))
        .replace("\"md5\"", r#""offset":100001,"md5""#);
    for (reply, wanted) in [
        (
            file_from("x.bin", &content(), CUT + 1),
            "(it goes on at byte 100002 of 300000 instead of byte 100001)",
        ),
        (
            frame(short),
            "(it goes on at byte 100001 of 10 instead of byte 100001)",
        ),
        (error("no such file: x.bin"), "the server says: no such file: x.bin"),
    ] {
        let server = RawServer::expecting([(GET_THE_REST, reply)]);
        let kept = &content()[..CUT];
        let dir = folder(Some(kept));
        dir.get_from(server, "x.bin").failed(wanted);
        dir.holds(&[("x.bin", EARLIER), ("x.bin.unfinished", kept)]);
    }
}

#[test]
fn every_beginning_is_gone_on_with_or_replaced() {
    let (sharing, content) = (share(), content());
    let (longer, other) = ([&content[..], b"more"].concat(), changed());
    for (unfinished, said) in [
        (&content[..0], ""),
        (&content[..1], ""),
        (&content[..BUFFER], ""),
        (&content[..299_999], ""),
        (&content[..], ""), // all there, but not yet renamed
        (&longer[..], ""),  // the server sends it from the start
        (&other[..CUT], ONCE_MORE),
        (&other[..], ONCE_MORE),
    ] {
        let dir = folder(Some(unfinished));
        let ended = dir.get(&sharing.addr, "x.bin");
        let length = unfinished.len();
        assert_eq!((ended.status, &ended.said[..]), (0, said), "{length}");
        dir.holds(&[("x.bin", &content)]);
        // Both ends say so.
        let goes_on = 0 < length && length <= content.len() && said.is_empty();
        let told = format!(" bytes (from byte {length} on), ");
        assert_eq!(ended.out.contains(&told), goes_on, "{ended:?}");
    }
    sharing.said(|log| log.contains("get \"x.bin\" from byte 299999\n"));
}

#[test]
fn a_wrong_digest_is_asked_for_once_more_and_not_a_third_time() {
    let changed = changed();
    let right = file("x.bin", &changed);
    let mut damaged = right.clone();
    *damaged.last_mut().unwrap() ^= 1;
    // The whole file, and the rest of one that has changed in between.
    let rest = file_from("x.bin", &changed, CUT);
    for (unfinished, request, first) in [
        (None, GET, damaged.clone()),
        (Some(&content()[..CUT]), GET_THE_REST, rest),
    ] {
        for (second, arrives) in [(&right, true), (&damaged, false)] {
            let server = RawServer::expecting([
                (request, first.clone()),
                (GET, second.clone()),
            ]);
            let dir = folder(unfinished);
            let ended = dir.get_from(server, "x.bin");
            assert_eq!(ended.status == 0, arrives);
            let error = ended.said.strip_prefix(ONCE_MORE).unwrap();
            let wanted =
                "it was damaged or changed on its way, two times: its md5 ";
            assert_eq!(error.contains(wanted), !arrives, "{error}");
            let here = if arrives { &changed[..] } else { EARLIER };
            dir.holds(&[("x.bin", here)]);
        }
    }
}

#[test]
fn of_a_wrong_digest_nothing_is_left_and_nothing_of_others_goes() {
    let mut wrong = file("x.bin", &content());
    *wrong.last_mut().unwrap() ^= 1;
    // What comes then, and what somebody has put there until then.
    for (second, said, other) in [
        (&wrong[..], "two times", None),
        (b"", "ADDR closed the connection instead of answering; ", None),
        (&wrong, "two times", Some(EARLIER).filter(|_| cfg!(unix))),
    ] {
        let around = Folder::new();
        let dir = Folder::at(around.path.join("not/yet"));
        let begun = dir.path.join("x.bin.unfinished");
        let (first, second) = (wrong.clone(), second.to_vec());
        let server = RawServer::asked(move |mut stream| {
            stream.write_all(&first).unwrap();
            read_frame(&mut stream); // the same once more
            if let Some(bytes) = other {
                fs::remove_file(&begun).unwrap();
                fs::write(&begun, bytes).unwrap();
            }
            stream.write_all(&second).unwrap();
            send_end(&mut stream);
        });
        let ended = dir.get_from(server, "x.bin");
        assert!(ended.said.contains(said), "{ended:?}");
        match other {
            Some(bytes) => dir.holds(&[("x.bin.unfinished", bytes)]),
            None if cfg!(unix) => around.holds(&[]),
            // Windows removes an open file when it is closed: the folder may stay.
            None => assert!(!dir.path.join("x.bin.unfinished").exists()),
        }
    }
}
