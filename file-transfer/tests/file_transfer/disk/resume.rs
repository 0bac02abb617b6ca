//! A download that was cut, and goes on.

use testing::RawServer;
use testing::frames::frame;

use crate::digest::BUFFER;
use crate::disk::content::*;
use crate::files::{assert_holds, wait_for_length};
use crate::messages::{error, file, file_from, header, md5_of};
use crate::programs::{EARLIER, assert_succeeded, client, messages, one_error};

/// The reply that is cut.
fn begun() -> Vec<u8> {
    let mut reply = file("x.bin", &content());
    reply.truncate(reply.len() - content().len() + CUT);
    reply
}

#[test]
fn a_download_that_was_cut_goes_on_where_it_stopped() {
    let dir = folder(None);
    let server = RawServer::expecting([(GET, begun())]);
    assert_eq!(
        one_error(&get_x(&server.addr, dir.path()), &server.addr),
        "cannot get x.bin from ADDR: the connection ended 199999 bytes too early; \
         get it again: it goes on with what has come"
    );
    server.end();
    let kept = &content()[..CUT];
    assert_holds(dir.path(), &[("x.bin", EARLIER), ("x.bin.unfinished", kept)]);

    // With the real server, which says as well that it goes on.
    let sharing = share();
    let done = get_x(&sharing.addr, dir.path());
    assert_succeeded(&done);
    assert!(done.text().contains("bytes (from byte 100001 on), "), "{done:?}");
    sharing.said(|log| log.contains("get \"x.bin\" from byte 100001\n"));
    assert_holds(dir.path(), &[("x.bin", &content())]);
}

#[test]
fn a_client_that_is_killed_leaves_the_earlier_file_and_a_beginning() {
    let sharing = share();
    let server = RawServer::stalling_after(&begun());
    let dir = folder(None);
    let get = ["get", "x.bin"];
    let mut client = client(&server.addr, dir.path(), &get).spawn().unwrap();
    wait_for_length(&dir.path().join("x.bin.unfinished"), CUT);
    client.kill().unwrap();
    client.wait().unwrap();
    let kept = ("x.bin.unfinished", &content()[..CUT]);
    assert_holds(dir.path(), &[("x.bin", EARLIER), kept]);
    assert_succeeded(&get_x(&sharing.addr, dir.path()));
    assert_holds(dir.path(), &[("x.bin", &content())]);
}

#[test]
fn a_server_that_does_not_resume_sends_the_file_from_its_start() {
    let whole = file("x.bin", &content());
    let server = RawServer::expecting([(GET_THE_REST, whole)]);
    let dir = folder(Some(&changed()[..CUT]));
    assert_succeeded(&get_x(&server.addr, dir.path()));
    assert_holds(dir.path(), &[("x.bin", &content())]);
    server.end();
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
        let error = one_error(&get_x(&server.addr, dir.path()), &server.addr);
        assert!(error.contains(wanted), "{error}");
        let kept = ("x.bin.unfinished", kept);
        assert_holds(dir.path(), &[("x.bin", EARLIER), kept]);
        server.end();
    }
}

#[test]
fn every_beginning_is_gone_on_with_or_replaced() {
    let sharing = share();
    let (longer, other) = ([&content()[..], b"more"].concat(), changed());
    let once_more = "The digest is wrong: once more, from the start.\n";
    for (unfinished, said) in [
        (&content()[..0], ""),
        (&content()[..1], ""),
        (&content()[..BUFFER], ""),
        (&content()[..299_999], ""),
        (&content()[..], ""), // all there, but not yet renamed
        (&longer[..], ""),    // the server sends it from the start
        (&other[..CUT], once_more),
        (&other[..], once_more),
    ] {
        let dir = folder(Some(unfinished));
        let done = get_x(&sharing.addr, dir.path());
        let length = unfinished.len();
        assert_eq!((done.status, &messages(&done)[..]), (0, said), "{length}");
        assert_holds(dir.path(), &[("x.bin", &content())]);
    }
}

#[test]
fn the_lesson_says_that_names_of_unfinished_downloads_are_its_own() {
    let sharing = share();
    let kept = &content()[..CUT];
    let dir = folder(Some(kept));
    // In capitals it is the same file on Windows and macOS.
    for name in ["x.bin.unfinished", "x.bin.UNFINISHED", ".unfinished"] {
        sharing.write(name, b"trap");
        let done = get(&sharing.addr, dir.path(), name);
        let wanted = format!(
            "{name}: names that end in .unfinished are those of unfinished \
             downloads; rename the file on the server"
        );
        assert_eq!(one_error(&done, &sharing.addr), wanted);
    }
    assert_holds(dir.path(), &[("x.bin", EARLIER), ("x.bin.unfinished", kept)]);
}

#[cfg(unix)] // some systems have a limit for the whole path, too
#[test]
fn a_name_with_no_room_for_what_comes_behind_it_is_refused() {
    let sharing = share();
    let dir = tempfile::tempdir().unwrap();
    let longest = "n".repeat(255 - ".unfinished".len());
    sharing.write(&longest, b"N");
    assert_succeeded(&get(&sharing.addr, dir.path(), &longest));
    assert_holds(dir.path(), &[(&longest, b"N")]);

    let done = get(&sharing.addr, dir.path(), &(longest + "n"));
    let error = one_error(&done, &sharing.addr);
    assert!(error.ends_with("give it a shorter name on the server"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_link_under_the_final_name_is_replaced_and_not_followed() {
    let sharing = share();
    let (dir, elsewhere) = (tempfile::tempdir().unwrap(), folder(None));
    let target = elsewhere.path().join("x.bin");
    std::os::unix::fs::symlink(&target, dir.path().join("x.bin")).unwrap();
    assert_succeeded(&get_x(&sharing.addr, dir.path()));
    assert_holds(dir.path(), &[("x.bin", &content())]);
    assert_holds(elsewhere.path(), &[("x.bin", EARLIER)]);
}
