//! Requests that lie.

use std::io::Write;

use socket2::SockRef;
use testing::frames::{frame, read_frame};
use testing::raw::rest;

use crate::server::sharing::{
    Sharing, assert_same, assert_serves, connect, exchange, get_from, list,
};

/// What a peer is told when it does not speak the protocol.
const A_REQUEST: &str = "; a request is the length of its JSON as four bytes, \
                         highest first, and then the JSON, such as \
                         {\\\"command\\\":\\\"list\\\"}\"}";

/// Asserts that the bytes get one error frame, which begins with `why` and goes on to
/// explain a request, that the connection ends, and that others are served.
#[track_caller]
fn assert_breaks_the_protocol(bytes: &[u8], why: &str) {
    let sharing = Sharing::start(&[]);
    let mut stream = connect(&sharing);
    stream.write_all(bytes).unwrap();
    let reply = read_frame(&mut stream);
    let start = format!(r#"{{"status":"error","message":"{why}"#);
    assert!(reply.starts_with(&start), "{reply}");
    assert!(reply.ends_with(A_REQUEST), "{reply}");
    assert_same(&rest(stream), b"");

    let log = sharing.said(|log| log.contains("dropped: "));
    assert!(log.replace('"', "\\\"").contains(&format!("dropped: {why}")));
    assert_serves(&sharing);
}

#[test]
fn a_length_of_0_is_no_length() {
    let why = "a frame of length 0 (1 is the least); ";
    assert_breaks_the_protocol(b"\0\0\0\0", why);
}

#[test]
fn a_length_of_one_more_than_the_most_is_refused_at_once() {
    let why = "a frame of 65537 bytes announced (65536 is the most); ";
    assert_breaks_the_protocol(&65_537_u32.to_be_bytes(), why);
}

#[test]
fn a_length_of_4_gib_is_refused_at_once() {
    let why = "a frame of 4294967295 bytes announced (65536 is the most); ";
    assert_breaks_the_protocol(b"\xff\xff\xff\xff", why);
}

#[test]
fn a_length_with_its_lowest_byte_first_is_refused_at_once() {
    let why = "a frame of 301989888 bytes announced (65536 is the most); ";
    let request = [&18_u32.to_le_bytes(), &list()[4..]].concat();
    assert_breaks_the_protocol(&request, why);
}

#[test]
fn the_original_client_without_frames_is_told_what_a_frame_is() {
    // "get " read as a number.
    let why = "a frame of 1734702112 bytes announced (65536 is the most); ";
    assert_breaks_the_protocol(b"get a.txt", why);
}

#[test]
fn the_explanation_reaches_a_peer_that_is_still_sending() {
    // A connection that is closed with bytes unread is reset: the peer can then
    // send no more, and its system may throw away what has come for it.
    let sharing = Sharing::start(&[]);
    let mut stream = connect(&sharing);
    SockRef::from(&stream).set_send_buffer_size(4096).unwrap();
    let mut post = b"POST /a.txt HTTP/1.1\r\n\r\n".to_vec();
    post.resize(1 << 20, b'x');
    stream.write_all(&post).unwrap();
    let reply = read_frame(&mut stream);
    let why = "a frame of 1347375956 bytes announced (65536 is the most); ";
    assert!(reply.contains(why) && reply.ends_with(A_REQUEST), "{reply}");
    assert_same(&rest(stream), b"");
    assert_serves(&sharing);
}

const NOT_JSON: &str = "not the JSON that was expected: ";

#[test]
fn bytes_that_are_not_utf_8_are_no_request() {
    assert_breaks_the_protocol(&frame(b"\xff\xfe\xfd"), NOT_JSON);
    let name = b"{\"command\":\"get\",\"filename\":\"\xff.txt\"}";
    assert_breaks_the_protocol(&frame(name), NOT_JSON);
    let unknown = b"{\"command\":\"list\",\"x\":\"\xc3\"}";
    assert_breaks_the_protocol(&frame(unknown), NOT_JSON);
}

#[test]
fn text_that_is_not_json_is_no_request() {
    for text in ["get a.txt", "{", "\0", "{\"command\":\"list\"} x", "'list'"] {
        assert_breaks_the_protocol(&frame(text), NOT_JSON);
    }
}

#[test]
fn two_messages_in_one_frame_are_no_request() {
    let text = r#"{"command":"list"}{"command":"list"}"#;
    assert_breaks_the_protocol(&frame(text), NOT_JSON);
}

#[test]
fn json_of_another_shape_is_no_request() {
    for text in [
        "null",
        "7",
        "[]",
        "{}",
        r#""list""#,
        r#"{"command":"get"}"#,
        r#"{"command":"put","filename":"a.txt"}"#,
        r#"{"command":"List"}"#,
        r#"{"filename":"a.txt"}"#,
        r#"{"status":"listing","count":0}"#,
        r#"["list"]"#, // serde alone would take these for requests
        r#"["get","abc.txt",2]"#,
    ] {
        assert_breaks_the_protocol(&frame(text), NOT_JSON);
    }
}

#[test]
fn fields_of_another_type_are_no_request() {
    for text in [
        r#"{"command":7}"#,
        r#"{"command":null}"#,
        r#"{"command":["list"]}"#,
        r#"{"command":"get","filename":7}"#,
        r#"{"command":"get","filename":null}"#,
        r#"{"command":"get","filename":["abc.txt"]}"#,
        r#"{"command":"get","filename":"abc.txt","offset":"1"}"#,
        r#"{"command":"get","filename":"abc.txt","offset":1.5}"#,
        r#"{"command":"get","filename":"abc.txt","offset":null}"#,
        r#"{"command":"get","filename":"\ud800"}"#,
    ] {
        assert_breaks_the_protocol(&frame(text), NOT_JSON);
    }
}

#[test]
fn a_field_that_comes_twice_is_no_request() {
    let text = r#"{"command":"get","filename":"a.txt","filename":"abc.txt"}"#;
    assert_breaks_the_protocol(&frame(text), NOT_JSON);
}

#[test]
fn a_negative_offset_is_no_request() {
    assert_breaks_the_protocol(&get_from("abc.txt", -1), NOT_JSON);
}

#[test]
fn an_offset_that_no_64_bits_hold_is_no_request() {
    let offset = "18446744073709551616";
    assert_breaks_the_protocol(&get_from("abc.txt", offset), NOT_JSON);
}

#[test]
fn json_nested_as_deep_as_a_frame_allows_overflows_no_stack() {
    assert_breaks_the_protocol(&frame("[".repeat(65_536)), NOT_JSON);
    let deep = "[".repeat(20_000) + &"]".repeat(20_000);
    let field = format!(r#"{{"command":"list","x":{deep}}}"#);
    assert_breaks_the_protocol(&frame(field), NOT_JSON);
    let objects = "{\"a\":".repeat(13_000);
    assert_breaks_the_protocol(&frame(objects), NOT_JSON);
}

#[test]
fn an_endless_command_is_not_repeated_to_its_end() {
    // Every quote is two bytes, in the request and in the error about it: the
    // error with the whole command in it would be too long for a frame.
    let command = "\\\"".repeat(32_700);
    let text = format!(r#"{{"command":"{command}"}}"#);
    assert_breaks_the_protocol(&frame(text), NOT_JSON);
}

#[test]
fn a_command_with_a_line_break_forges_no_line_in_the_log() {
    let sharing = Sharing::start(&[]);
    let text = r#"{"command":"\u001b[2J\n10.0.0.1:80 connected"}"#;
    let reply = exchange(&sharing, &frame(text));
    let wanted = br"unknown variant `\\x1b[2J\\n10.0.0.1:80 connected`";
    assert!(reply.windows(wanted.len()).any(|part| part == wanted));
    let log = sharing.said(|log| log.contains("dropped: not the JSON"));
    assert!(log.contains(r"`\x1b[2J\n10.0.0.1:80 connected`"), "{log}");
    assert_serves(&sharing);
}
