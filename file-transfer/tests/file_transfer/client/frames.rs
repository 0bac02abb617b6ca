//! Frames that are none, and answers to another request.

use testing::RawServer;
use testing::frames::frame;

use crate::client::hello::{
    hello, list_fails, listing, not_the_protocol, refused,
};

#[test]
fn a_reply_of_length_0_is_refused() {
    let why = not_the_protocol(&[0; 4]);
    assert_eq!(why, "a frame of length 0 (1 is the least)");
}

#[test]
fn a_reply_of_one_byte_more_than_the_limit_is_refused() {
    let why = not_the_protocol(&65_537_u32.to_be_bytes());
    assert_eq!(why, "a frame of 65537 bytes announced (65536 is the most)");
}

#[test]
fn a_reply_of_4_gib_is_refused() {
    let why = not_the_protocol(&[0xff; 4]);
    assert_eq!(
        why,
        "a frame of 4294967295 bytes announced (65536 is the most)"
    );
}

#[test]
fn a_reply_as_long_as_the_limit_is_read() {
    let mut padded = br#"{"status":"error","message":"no"}"#.to_vec();
    padded.resize(65_536, b' ');
    let why = refused(RawServer::answering(&[&frame(padded)]), None);
    assert_eq!(why, "the server says: no");
}

#[test]
fn a_web_server_is_told_apart() {
    let why = not_the_protocol(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    assert_eq!(
        why,
        "a frame of 1213486160 bytes announced (65536 is the most)"
    );
}

#[test]
fn a_reply_that_is_not_json_is_refused() {
    let why = not_the_protocol(&frame("file follows"));
    assert!(why.starts_with("not the JSON that was expected: "), "{why}");
}

#[test]
fn a_reply_that_is_not_utf_8_is_refused() {
    let why = not_the_protocol(&frame(b"{\"status\":\"\xff\xfe\"}"));
    assert!(why.starts_with("not the JSON that was expected: "), "{why}");
}

#[test]
fn a_status_that_there_is_not_is_refused() {
    let why = not_the_protocol(&frame(r#"{"status":"maybe"}"#));
    assert!(why.contains("unknown variant `maybe`"), "{why}");
}

#[test]
fn a_reply_without_a_status_is_refused() {
    let why = not_the_protocol(&frame("{}"));
    assert!(why.contains("missing field `status`"), "{why}");
}

#[test]
fn json_nested_60000_deep_overflows_no_stack() {
    let why = not_the_protocol(&frame("[".repeat(60_000)));
    assert!(why.starts_with("not the JSON that was expected: "), "{why}");
    let inside = format!(r#"{{"status":"file","x":{}"#, "[".repeat(60_000));
    let why = not_the_protocol(&frame(inside));
    assert!(why.contains("recursion limit"), "{why}");
}

#[test]
fn a_listing_is_no_answer_to_get() {
    let why = not_the_protocol(&listing("0", &[]));
    assert_eq!(why, "it answers another question than ours");
}

#[test]
fn a_file_is_no_answer_to_list() {
    let error = list_fails(RawServer::answering(&[&hello()]), 0);
    assert_eq!(
        error,
        "cannot list the files of ADDR: ADDR does not keep to the protocol \
         (it answers another question than ours); check that --addr leads to \
         a server of file-transfer"
    );
}
