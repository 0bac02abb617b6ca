//! An earlier file of the same name, and a download that was cut.

use std::fs;

use testing::RawServer;
use testing::files::assert_holds;
use testing::frames::frame;

use crate::digest::BUFFER;
use crate::disk::content::*;

#[test]
fn an_earlier_file_is_replaced_by_a_verified_one() {
    let server = RawServer::expecting([(GET, reply(&content(), 0))]);
    let dir = folder(None);
    succeeded(&get_x(&server, &dir));
    assert_holds(dir.path(), &[("x.bin", &content())]);
    server.end();
}

#[test]
fn an_earlier_file_is_whole_after_a_wrong_digest() {
    let mut damaged = reply(&content(), 0);
    *damaged.last_mut().unwrap() ^= 1;
    let again = get_once_more(&content());
    let server =
        RawServer::expecting([(GET, damaged.clone()), (&again, damaged)]);
    let dir = folder(None);
    let done = get_x(&server, &dir);
    assert_eq!(done.status, 1);
    let messages = messages(&done);
    let error = messages.strip_prefix(ONCE_MORE).unwrap();
    assert!(error.contains("it was damaged or changed on its way"), "{error}");
    assert_holds(dir.path(), &[("x.bin", EARLIER)]);
    server.end();
}

/// A digest that the server remembers wrongly, for example.
#[test]
fn a_digest_that_was_wrong_is_asked_for_once_more_and_the_file_arrives() {
    // The announced digest is that of another file.
    let header = reply(&changed(), 0).len() - content().len();
    let wrong = [&reply(&changed(), 0)[..header], &content()].concat();
    let again = get_once_more(&changed());
    let server =
        RawServer::expecting([(GET, wrong), (&again, reply(&content(), 0))]);
    let dir = folder(None);
    let done = get_x(&server, &dir);
    assert_eq!((done.status, messages(&done).as_str()), (0, ONCE_MORE));
    assert_holds(dir.path(), &[("x.bin", &content())]);
    server.end();
}

#[cfg(unix)]
#[test]
fn a_link_under_the_final_name_is_replaced_and_not_followed() {
    use tempfile::tempdir;

    let server = RawServer::expecting([(GET, reply(&content(), 0))]);
    let (dir, elsewhere) = (tempdir().unwrap(), folder(None));
    let target = elsewhere.path().join("x.bin");
    std::os::unix::fs::symlink(&target, dir.path().join("x.bin")).unwrap();
    succeeded(&get_x(&server, &dir));
    assert_holds(dir.path(), &[("x.bin", &content())]);
    assert_holds(elsewhere.path(), &[("x.bin", EARLIER)]);
    server.end();
}

#[test]
fn a_download_that_was_cut_goes_on_where_it_stopped() {
    let cut = reply(&content(), 0);
    let sent = cut.len() - content().len() + CUT;
    let server = RawServer::expecting([(GET, cut[..sent].to_vec())]);
    let dir = folder(None);
    let error = one_error(&get_x(&server, &dir));
    let wanted = format!(
        "cannot get x.bin from {}: the connection ended 199999 bytes too \
         early; get it again: it goes on with what has come",
        server.addr
    );
    assert_eq!(error, wanted);
    let kept = &content()[..CUT];
    assert_holds(dir.path(), &[("x.bin", EARLIER), ("x.bin.unfinished", kept)]);
    server.end();

    let server = RawServer::expecting([(GET_THE_REST, reply(&content(), CUT))]);
    succeeded(&get_x(&server, &dir));
    assert_holds(dir.path(), &[("x.bin", &content())]);
    server.end();
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_the_earlier_file_whole_and_a_beginning_to_go_on_with() {
    if ctrl_c_is_ignored() {
        println!("skipped: this shell lets its programs ignore Ctrl-C");
        return;
    }
    killed_in_the_middle("INT", 2);
}

#[cfg(unix)]
#[test]
fn kill_9_leaves_the_earlier_file_whole_and_a_beginning_to_go_on_with() {
    killed_in_the_middle("KILL", 9);
}

#[cfg(unix)]
fn killed_in_the_middle(signal: &str, number: i32) {
    use std::io::Write;
    use std::os::unix::process::ExitStatusExt;
    use std::process::Command;

    use testing::files::wait_for_length;
    use testing::frames::read_frame;
    use testing::raw::{accept, wait_for_end};

    let server = RawServer::new(|listener| {
        let mut first = accept(&listener);
        assert_eq!(read_frame(&mut first), GET);
        let whole = reply(&content(), 0);
        let sent = whole.len() - content().len() + CUT;
        first.write_all(&whole[..sent]).unwrap();
        wait_for_end(&mut first);

        let mut second = accept(&listener);
        assert_eq!(read_frame(&mut second), GET_THE_REST);
        second.write_all(&reply(&content(), CUT)).unwrap();
        wait_for_end(&mut second);
    });
    let dir = folder(None);
    let mut client = spawn(&server.addr, dir.path(), &["get", "x.bin"]);
    wait_for_length(&dir.path().join("x.bin.unfinished"), CUT);
    let pid = client.id().to_string();
    let kill = ["-s", signal, &pid];
    assert!(Command::new("kill").args(kill).status().unwrap().success());
    assert_eq!(client.wait().unwrap().signal(), Some(number));
    let kept = &content()[..CUT];
    assert_holds(dir.path(), &[("x.bin", EARLIER), ("x.bin.unfinished", kept)]);

    succeeded(&get_x(&server, &dir));
    assert_holds(dir.path(), &[("x.bin", &content())]);
    server.end();
}

/// A program that a shell without job control has put into the background ignores
/// Ctrl-C, and so do the programs that it starts.
#[cfg(unix)]
fn ctrl_c_is_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:\t"));
    let mask = u64::from_str_radix(mask.unwrap_or("0"), 16).unwrap();
    mask & (1 << (2 - 1)) != 0
}

#[test]
fn a_file_that_has_changed_in_between_is_fetched_again_by_the_same_command() {
    let server = RawServer::expecting([
        (GET_THE_REST, reply(&changed(), CUT)),
        (&get_once_more(&changed()), reply(&changed(), 0)),
    ]);
    let dir = folder(Some(&content()[..CUT]));
    let done = get_x(&server, &dir);
    assert_eq!((done.status, messages(&done).as_str()), (0, ONCE_MORE));
    assert_holds(dir.path(), &[("x.bin", &changed())]);
    server.end();
}

#[test]
fn a_file_that_is_wrong_the_second_time_too_is_not_fetched_a_third_time() {
    let mut damaged = reply(&changed(), 0);
    *damaged.last_mut().unwrap() ^= 1;
    let server = RawServer::expecting([
        (GET_THE_REST, reply(&changed(), CUT)),
        (&get_once_more(&changed()), damaged),
    ]);
    let dir = folder(Some(&content()[..CUT]));
    let done = get_x(&server, &dir);
    assert_eq!(done.status, 1);
    let said = messages(&done);
    let error = said.strip_prefix(ONCE_MORE).unwrap();
    assert!(error.contains("it was damaged or changed on its way"), "{error}");
    assert_holds(dir.path(), &[("x.bin", EARLIER)]);
    server.end();
}

#[test]
fn a_server_that_does_not_resume_sends_the_file_from_its_start() {
    let server = RawServer::expecting([(GET_THE_REST, reply(&content(), 0))]);
    let dir = folder(Some(&changed()[..CUT]));
    succeeded(&get_x(&server, &dir));
    assert_holds(dir.path(), &[("x.bin", &content())]);
    server.end();
}

#[test]
fn another_offset_than_the_one_asked_for_is_refused() {
    let server =
        RawServer::expecting([(GET_THE_REST, reply(&content(), CUT + 1))]);
    let kept = &content()[..CUT];
    let dir = folder(Some(kept));
    let error = one_error(&get_x(&server, &dir));
    let wanted = "(it goes on at byte 100002 of 300000 instead of byte 100001)";
    assert!(error.contains(wanted), "{error}");
    assert_holds(dir.path(), &[("x.bin", EARLIER), ("x.bin.unfinished", kept)]);
    server.end();
}

#[test]
fn an_offset_behind_the_end_of_the_file_is_refused() {
    let beginning = reply(&content()[..10], 0);
    let header = String::from_utf8(beginning[4..beginning.len() - 10].into());
    let header = header.unwrap().replace("md5", r#"offset":100001,"md5"#);
    let server = RawServer::expecting([(GET_THE_REST, frame(&header))]);
    let kept = &content()[..CUT];
    let dir = folder(Some(kept));
    let error = one_error(&get_x(&server, &dir));
    let wanted = "(it goes on at byte 100001 of 10 instead of byte 100001)";
    assert!(error.contains(wanted), "{error}");
    assert_holds(dir.path(), &[("x.bin", EARLIER), ("x.bin.unfinished", kept)]);
    server.end();
}

#[test]
fn a_beginning_outlives_a_server_that_has_no_such_file_today() {
    let no = frame(r#"{"status":"error","message":"no such file: x.bin"}"#);
    let server = RawServer::expecting([(GET_THE_REST, no)]);
    let kept = &content()[..CUT];
    let dir = folder(Some(kept));
    one_error(&get_x(&server, &dir));
    assert_holds(dir.path(), &[("x.bin", EARLIER), ("x.bin.unfinished", kept)]);
    server.end();
}

// The same with the real server, whose part in this is to send the rest.

#[test]
fn every_beginning_is_gone_on_with_or_replaced() {
    let (_share, server) = share();
    let (longer, other) = ([&content()[..], b"more"].concat(), changed());
    for (unfinished, wanted) in [
        (&content()[..0], ""),
        (&content()[..1], ""),
        (&content()[..BUFFER], ""),
        (&content()[..299_999], ""),
        (&content()[..], ""), // all there, but not yet renamed
        (&longer[..], ""),    // the server sends it from the start
        (&other[..CUT], ONCE_MORE),
        (&other[..], ONCE_MORE),
    ] {
        let dir = folder(Some(unfinished));
        let done = get(&server.addr, dir.path(), "x.bin");
        let length = unfinished.len();
        assert_eq!(
            (done.status, &messages(&done)[..]),
            (0, wanted),
            "{length}"
        );
        assert_holds(dir.path(), &[("x.bin", &content())]);
    }
}

#[test]
fn the_lesson_says_that_names_of_unfinished_downloads_are_its_own() {
    let (share, server) = share();
    // In capitals it is the same file on Windows and macOS.
    for name in ["x.bin.unfinished", "x.bin.UNFINISHED", ".unfinished"] {
        fs::write(share.path().join(name), b"trap").unwrap();
        let kept = &content()[..CUT];
        let dir = folder(Some(kept));
        let error = one_error(&get(&server.addr, dir.path(), name));
        let wanted = format!(
            "{name}: names that end in .unfinished are those of unfinished \
             downloads; rename the file on the server"
        );
        assert_eq!(error, wanted);
        assert_holds(
            dir.path(),
            &[("x.bin", EARLIER), ("x.bin.unfinished", kept)],
        );
    }
}

/// Windows has a limit for the whole path besides, which comes first.
#[cfg(unix)] // some systems have a limit for the whole path, too
#[test]
fn a_name_with_no_room_for_what_comes_behind_it_is_refused() {
    use tempfile::tempdir;

    let (share, server) = share();
    let dir = tempdir().unwrap();
    let longest = "n".repeat(255 - ".unfinished".len());
    fs::write(share.path().join(&longest), b"N").unwrap();
    succeeded(&get(&server.addr, dir.path(), &longest));
    assert_holds(dir.path(), &[(&longest, b"N")]);

    let error = one_error(&get(&server.addr, dir.path(), &(longest + "n")));
    assert!(error.ends_with("give it a shorter name on the server"), "{error}");
}
