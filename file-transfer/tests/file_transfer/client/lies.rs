//! Lies about the digest, the size, the name and the offset; escape codes.

use tempfile::tempdir;
use testing::RawServer;
use testing::files::files;
use testing::frames::frame;

use crate::client::hello::{
    HELLO, HELLO_MD5, client, damaged, digest_is, error, file, listing,
    md5_of_hello, messages, missing, not_the_protocol, one_error, refused,
    succeeds_with,
};

#[test]
fn a_wrong_digest_saves_nothing() {
    let reply = file("6", &md5_of_hello(), b"hallo\n");
    let md5_of_hallo = "aee97cb3ad288ef0add6c6b5b5fae48a";
    assert_eq!(damaged(&reply), digest_is("md5", md5_of_hallo, HELLO_MD5));
}

#[test]
fn a_missing_digest_is_refused() {
    let reply = file("6", r#""colour":"blue""#, HELLO);
    let why = not_the_protocol(&reply);
    assert_eq!(why, "it sends no digest to verify the file with");
}

#[test]
fn a_digest_of_the_wrong_length_is_refused() {
    let why = not_the_protocol(&file("6", r#""md5":"b1946ac9""#, HELLO));
    assert_eq!(why, r#"it sends "b1946ac9" as a digest, which is no md5"#);
    let sha256 = format!(r#""sha256":"{HELLO_MD5}""#);
    let why = not_the_protocol(&file("6", &sha256, HELLO));
    assert!(why.ends_with("as a digest, which is no sha256"), "{why}");
}

#[test]
fn a_digest_that_is_not_hexadecimal_is_refused() {
    let digest = "g".repeat(32);
    let reply = file("6", &format!(r#""md5":"{digest}""#), HELLO);
    let wanted = format!("it sends {digest:?} as a digest, which is no md5");
    assert_eq!(not_the_protocol(&reply), wanted);
}

// ---- Lies about the size ----

#[test]
fn a_size_that_is_too_large_leaves_what_has_come_for_the_next_get() {
    let server = RawServer::answering(&[&file("10", &md5_of_hello(), HELLO)]);
    assert_eq!(refused(server, Some(HELLO)), missing(4));
}

#[test]
fn a_size_that_is_too_small_writes_nothing_beyond_it() {
    // The digest of the first five bytes alone would be right.
    let md5_of_hell = r#""md5":"5d41402abc4b2a76b9719d911017c592""#;
    succeeds_with(&file("5", md5_of_hell, HELLO), b"hello");
    // That of all six is not. The sixth is then taken for the start of the next reply.
    let error = damaged(&file("5", &md5_of_hello(), HELLO));
    let wanted = "a frame of 167772160 bytes announced (65536 is the most)";
    assert!(error.contains(wanted), "{error}");
}

#[test]
fn a_size_of_2_to_the_63_allocates_nothing() {
    let size = 1_u64 << 63;
    let reply = file(&size.to_string(), &md5_of_hello(), HELLO);
    let why = refused(RawServer::answering(&[&reply]), Some(HELLO));
    assert_eq!(why, missing(size - 6));
}

#[test]
fn a_size_of_2_to_the_64_minus_1_allocates_nothing() {
    let reply = file(&u64::MAX.to_string(), &md5_of_hello(), HELLO);
    let why = refused(RawServer::answering(&[&reply]), Some(HELLO));
    assert_eq!(why, missing(u64::MAX - 6));
}

#[test]
fn a_size_of_2_to_the_64_is_no_size() {
    let reply = file("18446744073709551616", &md5_of_hello(), HELLO);
    let why = not_the_protocol(&reply);
    assert!(why.contains("expected u64"), "{why}");
}

#[test]
fn a_negative_size_is_no_size() {
    let why = not_the_protocol(&file("-6", &md5_of_hello(), HELLO));
    assert!(why.contains("invalid value: integer `-6`"), "{why}");
}

#[test]
fn a_size_in_quotes_is_no_size() {
    let why = not_the_protocol(&file(r#""6""#, &md5_of_hello(), HELLO));
    assert!(why.contains(r#"invalid type: string "6""#), "{why}");
}

#[test]
fn a_size_with_a_fraction_is_no_size() {
    let why = not_the_protocol(&file("6.5", &md5_of_hello(), HELLO));
    assert!(why.contains("invalid type: floating point `6.5`"), "{why}");
}

#[test]
fn a_name_that_leads_out_of_the_folder_is_not_written() {
    let outer = tempdir().unwrap();
    let dir = outer.path().join("download");
    let header = format!(
        r#"{{"status":"file","filename":"../evil","file_size":6,{}}}"#,
        md5_of_hello()
    );
    let server = RawServer::answering(&[&[&frame(header)[..], HELLO].concat()]);
    let done = client(&server.addr, &dir, &["get", "hello.txt"], b"");
    let error = one_error(&done, &server.addr);
    let wanted = r#"it sends "../evil" instead of "hello.txt""#;
    assert!(error.contains(wanted), "{error}");
    assert_eq!(files(&dir), []);
    assert!(!outer.path().join("evil").exists());
    server.end();
}

#[test]
fn another_name_than_the_one_asked_for_is_refused() {
    let header = format!(
        r#"{{"status":"file","filename":"other.txt","file_size":6,{}}}"#,
        md5_of_hello()
    );
    let why = not_the_protocol(&[&frame(header)[..], HELLO].concat());
    assert_eq!(why, r#"it sends "other.txt" instead of "hello.txt""#);
}

#[test]
fn a_name_of_60000_characters_makes_a_short_error() {
    let header = format!(
        r#"{{"status":"file","filename":"{}","file_size":6,{}}}"#,
        "x".repeat(60_000),
        md5_of_hello()
    );
    let why = refused(RawServer::answering(&[&frame(header)]), None);
    assert!(why.len() < 500 && why.ends_with("..."), "{why}");
}

#[test]
fn an_offset_that_nobody_asked_for_is_refused() {
    let offset = format!(r#""offset":2,{}"#, md5_of_hello());
    let why = not_the_protocol(&file("6", &offset, &HELLO[2..]));
    assert_eq!(why, "it goes on at byte 2 of 6 instead of byte 0");
}

#[test]
fn an_offset_behind_the_end_is_refused() {
    let offset = format!(r#""offset":7,{}"#, md5_of_hello());
    let why = not_the_protocol(&file("6", &offset, b""));
    assert_eq!(why, "it goes on at byte 7 of 6 instead of byte 0");
}

#[test]
fn a_negative_offset_is_no_offset() {
    let offset = format!(r#""offset":-2,{}"#, md5_of_hello());
    let why = not_the_protocol(&file("6", &offset, HELLO));
    assert!(why.contains("invalid value: integer `-2`"), "{why}");
}

#[test]
fn escape_codes_in_an_error_message_never_reach_the_terminal() {
    let reply = error(r"\u001b[2J\u001b]0;title\u0007\r\n\u0000\u009b31m");
    let why = refused(RawServer::answering(&[&reply]), None);
    let wanted = r"the server says: \x1b[2J\x1b]0;title\x07\r\n\x00\u{9b}31m";
    assert_eq!(why, wanted);
}

#[test]
fn escape_codes_in_a_header_never_reach_the_terminal() {
    let header = format!(
        r#"{{"status":"file","filename":"\u001b[2J","file_size":6,{}}}"#,
        md5_of_hello()
    );
    let why = not_the_protocol(&frame(header));
    assert_eq!(why, r#"it sends "\u{1b}[2J" instead of "hello.txt""#);
    let digest = r#""md5":"\u001b[2J""#;
    let why = not_the_protocol(&file("6", digest, HELLO));
    assert_eq!(why, r#"it sends "\u{1b}[2J" as a digest, which is no md5"#);
}

#[test]
fn escape_codes_in_a_status_never_reach_the_terminal() {
    let why = not_the_protocol(&frame(r#"{"status":"\u001b[2J"}"#));
    assert!(why.contains(r"unknown variant `\x1b[2J`"), "{why}");
}

#[test]
fn a_listing_with_hostile_names_is_shown_and_obeyed_by_nobody() {
    let names = [
        r"\u001b[31mred",
        r"two\nlines",
        r"..\/..\/x",
        r"\u202Etxt.exe",
        "粘包",
    ];
    let entries =
        names.map(|name| format!(r#"{{"filename":"{name}","file_size":1}}"#));
    let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
    let server = RawServer::answering(&[&listing("5", &entries)]);
    let dir = tempdir().unwrap();
    let done = client(&server.addr, dir.path(), &["list"], b"");
    assert_eq!((done.status, messages(&done)), (0, "".into()));
    let shown =
        [r"\x1b[31mred", r"two\nlines", "../../x", r"\u{202e}txt.exe", "粘包"];
    let shown = shown.map(|name| format!("{:>12}  {name}\n", 1)).concat();
    assert_eq!(done.text(), shown);
    assert_eq!(files(dir.path()), []);
    server.end();
}
