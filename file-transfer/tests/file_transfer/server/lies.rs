//! What clients do that is no request: one row for each lie that grade does not tell.

use std::io::Write;

use serde_json::Value;
use testing::frames::{frame, read_frame};
use testing::raw::rest;

use crate::messages::{abc, error, get, get_from, list};
use crate::programs::{
    Sharing, assert_replies, assert_same, assert_serves, connect,
};

/// What a peer is told when it does not speak the protocol.
const A_REQUEST: &str = "; a request is the length of its JSON as four bytes, \
                         highest first, and then the JSON, such as \
                         {\"command\":\"list\"}";

/// Each gets one error, which begins with these words and goes on to explain a request;
/// then the connection ends, and others are served.
#[test]
fn what_is_no_request_is_refused_with_the_reason() {
    // Nothing follows them.
    let lengths = [
        ("0", [0; 4], "a frame of length 0 (1 is the least)"),
        ("the most and 1", 65_537_u32.to_be_bytes(), "a frame of 65537 bytes"),
        ("4 GiB", [0xff; 4], "a frame of 4294967295 bytes announced (65536 is"),
        ("lowest byte first", [18, 0, 0, 0], "a frame of 301989888 bytes"),
        ("the original's client", *b"get ", "a frame of 1734702112 bytes"),
    ];
    let [open, close] = ["[", "]"].map(|bracket| bracket.repeat(20_000));
    let deep = format!(r#"{{"command":"list","x":{open}{close}}}"#);
    // Every quote is two bytes, in the request and in the error about it: the error with
    // the whole command in it would be too long for a frame.
    let endless = format!(r#"{{"command":"{}"}}"#, "\\\"".repeat(32_700));
    let lies: &[(&str, &[u8])] = &[
        ("no UTF-8", b"\xff\xfe\xfd"),
        ("a name without", b"{\"command\":\"get\",\"filename\":\"\xff\"}"),
        ("a field without", b"{\"command\":\"list\",\"x\":\"\xc3\"}"),
        ("a NUL", b"\0"),
        ("something behind it", br#"{"command":"list"} x"#),
        ("two in one frame", br#"{"command":"list"}{"command":"list"}"#),
        ("null", b"null"),
        ("capitals", br#"{"command":"List"}"#),
        ("a reply", br#"{"status":"listing","count":0}"#),
        // serde alone would take these two for requests.
        ("a list of a command", br#"["list"]"#),
        ("a list of fields", br#"["get","abc.txt",2]"#),
        ("a number for a command", br#"{"command":7}"#),
        ("null for a name", br#"{"command":"get","filename":null}"#),
        ("half a character", br#"{"command":"get","filename":"\ud800"}"#),
        ("two names", br#"{"command":"get","filename":"a","filename":"b"}"#),
        ("text for an offset", &get_from("abc.txt", "\"1\"")[4..]),
        ("a fraction", &get_from("abc.txt", "1.5")[4..]),
        ("null for an offset", &get_from("abc.txt", "null")[4..]),
        ("an offset below 0", &get_from("abc.txt", "-1")[4..]),
        ("2 to the 64", &get_from("abc.txt", "18446744073709551616")[4..]),
        ("as deep as a frame allows", &[b'['; 65_536]),
        ("as deep in a field", deep.as_bytes()),
        ("an endless command", endless.as_bytes()),
    ];
    let why = "not the JSON that was expected: ";
    let lengths = lengths.map(|(lie, length, why)| (lie, length.into(), why));
    let json = lies.iter().map(|(lie, json)| (*lie, frame(json), why));
    let forged = r#"{"command":"\u001b[2J\n10.0.0.1:80 connected"}"#;
    let why = r"not the JSON that was expected: unknown variant `\x1b[2J\n10.";
    let forged = ("a line of the log", frame(forged), why);

    let sharing = Sharing::start(&[]);
    for (lie, bytes, why) in lengths.into_iter().chain(json).chain([forged]) {
        let mut stream = connect(&sharing);
        stream.write_all(&bytes).unwrap();
        let json = read_frame(&mut stream);
        let reply: Value = serde_json::from_str(&json).unwrap();
        let said = reply["message"].as_str().unwrap();
        let right = said.starts_with(why) && said.ends_with(A_REQUEST);
        assert!(right && reply["status"] == "error", "{lie}: {reply}");
        assert_same(&rest(stream), b"");
        assert_serves(&sharing);
        sharing.said(|log| log.contains(&format!(" dropped: {why}")));
    }
}

#[test]
fn a_stream_that_ends_inside_a_frame_is_an_error_that_counts_what_is_missing() {
    let sharing = Sharing::start(&[]);
    for (sent, missing) in [
        (2, "2 of the 4 bytes of its length are missing"),
        (15, "7 of the 18 bytes of its payload are missing"),
    ] {
        // What came before it is answered all the same.
        let requests = [&get("abc.txt"), &list()[..sent]].concat();
        let why =
            format!("the stream ended inside a frame: {missing}{A_REQUEST}");
        let wanted = [abc("abc.txt"), error(&why)].concat();
        assert_replies(&sharing, &requests, &wanted);
        assert_serves(&sharing);
    }
}
