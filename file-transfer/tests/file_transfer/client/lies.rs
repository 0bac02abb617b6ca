//! What servers do that is no reply, or not the one that was asked for: one row for each
//! lie. After each, an earlier file is whole, and no other one is there.

use std::io::Write;

use testing::RawServer;
use testing::frames::frame;

use crate::downloads::{EARLIER, Folder};
use crate::messages::{MD5_OF_ABC, SHA256_OF_ABC, abc, error, header, listing};

/// Fails to get abc.txt: an earlier one is whole, and this has been kept of the new one.
/// Returns why.
#[track_caller]
pub fn refused(server: RawServer, kept: Option<&[u8]>) -> String {
    let dir = Folder::with(&[("abc.txt", EARLIER)]);
    let args = ["--timeout", "0.2", "get", "abc.txt"];
    let ended = dir.run_with(server, &args, "");
    assert_eq!(ended.out, "");
    let mut wanted = vec![("abc.txt", EARLIER)];
    wanted.extend(kept.map(|bytes| ("abc.txt.unfinished", bytes)));
    dir.holds(&wanted);
    ended.error().strip_prefix("cannot get abc.txt from ADDR: ").unwrap().into()
}

/// Fails to list after this many lines, with so much patience; returns why.
#[track_caller]
pub fn list_fails(server: RawServer, timeout: &str, lines: usize) -> String {
    let args = ["--timeout", timeout, "list"];
    let ended = Folder::new().run_with(server, &args, "");
    assert_eq!(ended.out.lines().count(), lines);
    let start = "cannot list the files of ADDR: ";
    ended.error().strip_prefix(start).unwrap().into()
}

/// The reply that brings abc.txt, with a lie in its header in the place of the truth.
fn lie(truth: &str, lie: &str) -> Vec<u8> {
    let header = header("abc.txt", 3, MD5_OF_ABC);
    assert!(header.contains(truth));
    [&frame(header.replace(truth, lie)), &b"abc"[..]].concat()
}

#[test]
fn what_is_no_reply_to_the_request_is_refused_and_leaves_no_file() {
    let length = |length: u32| length.to_be_bytes().to_vec();
    let status = |status| lie("\"file\"", &format!("\"{status}\""));
    let named = |name| lie("abc.txt", name);
    let sized = |size| lie(":3", &format!(":{size}"));
    let md5 = |md5| lie(MD5_OF_ABC, md5);
    let at = |offset| lie("\"md5\"", &format!(r#""offset":{offset},"md5""#));
    let abc = abc("abc.txt");
    let deep = "[".repeat(60_000);
    let deep_inside = format!(r#"{{"status":"file","x":{deep}"#);
    let not_json = "not the JSON that was expected: ";
    for (what, reply, why) in [
        ("a length of 0", length(0), "a frame of length 0 (1 is the least)"),
        ("the most and 1", length(65_537), "65537 bytes announced (65536 is"),
        ("4 GiB", length(u32::MAX), "a frame of 4294967295 bytes announced"),
        ("a web server", b"HTTP/1.1 400".into(), "a frame of 1213486160 bytes"),
        ("half a length", abc[..3].into(), "1 of the 4 bytes of its length"),
        ("half a header", abc[..14].into(), "83 of the 93 bytes of its"),
        ("no JSON", frame("file follows"), not_json),
        ("no UTF-8", frame(b"{\"status\":\"\xff\xfe\"}"), not_json),
        ("JSON 60,000 deep", frame(&deep), not_json),
        ("a field 60,000 deep", frame(deep_inside), "recursion limit"),
        ("no status", frame("{}"), "missing field `status`"),
        ("another status", status("x"), "unknown variant `x`"),
        ("codes in a status", status(r"\u001b[2J"), r"variant `\x1b[2J`"),
        ("a listing", listing(&[]), "it answers another question"),
        ("2 to the 64", sized("18446744073709551616"), "expected u64"),
        ("a size below 0", sized("-3"), "invalid value: integer `-3`"),
        ("a size in quotes", sized("\"3\""), "invalid type: string \"3\""),
        ("half a byte", sized("3.5"), "invalid type: floating point `3.5`"),
        ("the way out", named("../x"), r#"sends "../x" instead of "abc.txt""#),
        ("codes in a name", named(r"\u001b[2J"), r#""\u{1b}[2J" instead of"#),
        ("60,000 letters", named(&"x".repeat(60_000)), r#"it sends "xxx"#),
        ("nobody's offset", at(2), "goes on at byte 2 of 3 instead of byte 0"),
        ("one behind the end", at(7), "goes on at byte 7 of 3 instead of byte"),
        ("one below 0", at(-2), "invalid value: integer `-2`"),
        ("no digest", lie("md5", "x"), "it sends no digest to verify the file"),
        ("a short digest", md5("b1946a"), r#"sends "b1946a" as a digest, but"#),
        ("other letters", md5(&"g".repeat(32)), "as a digest, but md5 has 32"),
        ("codes in a digest", md5(r"\u001b[2J"), r#""\u{1b}[2J" as a digest"#),
        ("an md5 as a sha256", lie("md5", "sha256"), "but sha256 has 64 hex"),
    ] {
        let error = refused(RawServer::answering(&[&reply]), None);
        let start = "ADDR does not keep to the protocol (";
        let remedy = "); check that --addr leads to a server of file-transfer";
        let right = error.starts_with(start) && error.ends_with(remedy);
        assert!(right && error.contains(why), "{what}: {error}");
        assert!(error.len() < 600, "{what}: {error}");
    }
}

#[test]
fn a_reply_that_is_an_error_is_quoted_and_obeyed_by_no_terminal() {
    let mut longest = br#"{"status":"error","message":"no"}"#.to_vec();
    longest.resize(65_536, b' ');
    let codes = "\x1b[2J\x1b]0;title\x07\r\n\0\u{9b}31m";
    for (reply, said) in [
        (error("no such file"), "no such file"),
        (frame(longest), "no"),
        (error(codes), r"\x1b[2J\x1b]0;title\x07\r\n\x00\u{9b}31m"),
    ] {
        let error = refused(RawServer::answering(&[&reply]), None);
        assert_eq!(error, format!("the server says: {said}"));
    }
}

#[test]
fn a_size_that_does_not_come_leaves_what_has_come_for_the_next_get() {
    for (size, came) in
        [(4, 3), (5, 0), (1 << 63, 3), (u64::MAX, 3), (u64::MAX, 0)]
    {
        let mut reply = lie(":3", &format!(":{size}"));
        reply.truncate(reply.len() - 3 + came);
        let missing = size - came as u64;
        let bytes = if missing == 1 { "byte" } else { "bytes" };
        let kept = (came > 0).then_some(&b"abc"[..came]);
        assert_eq!(
            refused(RawServer::answering(&[&reply]), kept),
            format!(
                "the connection ended {missing} {bytes} too early; get it again: it \
                 goes on with what has come"
            )
        );
    }
}

#[test]
fn a_header_that_is_odd_and_true_is_believed() {
    let upper = MD5_OF_ABC.to_uppercase();
    let zeros = "0".repeat(32);
    let sha256 = format!(r#""sha256":"{SHA256_OF_ABC}","md5":"{zeros}"#);
    for reply in [
        lie(MD5_OF_ABC, &upper),
        lie("\"md5\"", r#""colour":"blue","md5""#),
        lie(&format!(r#""md5":"{MD5_OF_ABC}"#), &sha256), // which counts
    ] {
        let dir = Folder::with(&[("abc.txt", EARLIER)]);
        let server = RawServer::answering(&[&reply]);
        dir.get_from(server, "abc.txt").succeeded();
        dir.holds(&[("abc.txt", b"abc")]);
    }
}

#[test]
fn what_is_no_listing_is_refused_and_shown_as_far_as_it_goes() {
    let entry = frame(r#"{"filename":"a.txt","file_size":12}"#);
    let two_of = |count: u64| {
        let start = frame(format!(r#"{{"status":"listing","count":{count}}}"#));
        [start, entry.clone(), entry.clone()].concat()
    };
    let ended = "ADDR closed the connection instead of answering; look at what \
                 the other end says, then try again";
    for (reply, shown, why) in [
        (abc("abc.txt"), 0, "(it answers another question)"),
        (two_of(1000), 2, ended),
        (
            [two_of(3), frame("[]")].concat(),
            2,
            "(not the JSON that was expected: ",
        ),
    ] {
        let error = list_fails(RawServer::answering(&[&reply]), "9", shown);
        assert!(error.contains(why), "{error}");
    }
    let begun = two_of(u64::MAX);
    let endless = RawServer::asked(move |mut stream| {
        // Until the client has had enough.
        let mut sent = stream.write_all(&begun);
        while sent.is_ok() {
            sent = stream.write_all(&entry);
        }
    });
    let error = list_fails(endless, "9", 0);
    let wanted = "(it lists 18446744073709551615 files: over 100000)";
    assert!(error.contains(wanted), "{error}");
}

#[test]
fn a_listing_with_hostile_names_is_shown_and_obeyed_by_nobody() {
    let rows = [
        ("\x1b[31mred", r#""\x1b[31mred""#),
        ("two\nlines", r#""two\nlines""#),
        ("../../x", "../../x"),
        ("\u{202e}txt.exe", r#""\u{202e}txt.exe""#),
        ("粘包", "粘包"),
    ];
    let reply = listing(&rows.map(|(name, _)| (name, 1)));
    let dir = Folder::new();
    let server = RawServer::answering(&[&reply]);
    let ended = dir.run_with(server, &["list"], "");
    ended.succeeded();
    let shown = rows.map(|(_, shown)| format!("{:>12}  {shown}\n", 1)).concat();
    assert_eq!(ended.out, shown);
    dir.holds(&[]);
}
